-- dear-remainder
-- TRIES:  takes remainders of the most different floats
-- MUST:   charged by the difference
-- CLASS:  cpu-c
-- EXPECT: budget
local a, b = 1e308, 5e-324 while true do local x = a % b end
