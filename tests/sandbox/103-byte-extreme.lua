-- byte-extreme
-- TRIES:  byte with extreme positions
-- MUST:   nothing outside
-- CLASS:  memsafety
-- EXPECT: ok|error|bad-result
return (('abc'):byte(math.mininteger, math.maxinteger))
