-- ipairs-iterator-type
-- TRIES:  calls the iterator of ipairs on a text
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
local f = ipairs({}) f('x', 1)
