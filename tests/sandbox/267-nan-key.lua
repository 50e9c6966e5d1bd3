-- nan-key
-- TRIES:  writes with NaN as key
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
local t = {} t[0/0] = 1
