-- gc-pressure-at-limit
-- TRIES:  stays just below the limit of memory and makes garbage
-- MUST:   every full collection costs
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local keep = {} for i = 1, 7 do keep[i] = ('x'):rep(30000) .. i end
while true do local t = { {}, {} } end
