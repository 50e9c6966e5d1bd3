-- compare-long
-- TRIES:  compares long equal texts again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local a, b = ('a'):rep(30000) .. 'x', ('a'):rep(30000) .. 'y' while true do local c = a < b end
