-- dear-remainder-small
-- TRIES:  takes remainders by a small normal float
-- MUST:   charged by the difference
-- CLASS:  cpu-c
-- EXPECT: budget
local a, b = 1e308, 3e-308 while true do local x, y = a % b, -a % b end
