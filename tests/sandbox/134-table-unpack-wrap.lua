-- table-unpack-wrap
-- TRIES:  unpacks from the least to the largest integer
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error|memory|budget
return (table.unpack({}, math.mininteger, math.maxinteger))
