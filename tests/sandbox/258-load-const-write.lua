-- load-const-write
-- TRIES:  writes a constant
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
local x <const> = 1 x = 2
