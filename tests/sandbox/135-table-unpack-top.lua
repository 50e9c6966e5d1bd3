-- table-unpack-top
-- TRIES:  unpacks at the top of the integers
-- MUST:   bounded
-- CLASS:  memsafety
-- EXPECT: ok|error|bad-result
return (table.unpack({}, math.maxinteger - 1, math.maxinteger))
