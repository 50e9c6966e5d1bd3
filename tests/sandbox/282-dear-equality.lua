-- dear-equality
-- TRIES:  compares long equal texts by == again and again
-- MUST:   charged by their length
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local a, b = ('a'):rep(30000) .. 'x', ('a'):rep(30000) .. 'x' while true do local c = a == b end
