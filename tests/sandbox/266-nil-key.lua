-- nil-key
-- TRIES:  writes with nil as key
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
local t = {} t[nil] = 1
