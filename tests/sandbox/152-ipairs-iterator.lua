-- ipairs-iterator
-- TRIES:  calls the iterator of ipairs with absurd places
-- MUST:   no crash
-- CLASS:  memsafety
-- EXPECT: ok|error
local f = ipairs({}) f({}, math.maxinteger) f({}, math.mininteger) return 'safe'
