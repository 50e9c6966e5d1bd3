-- hash-collisions-int
-- TRIES:  integers that all hash alike
-- MUST:   bounded
-- CLASS:  cpu-c
-- EXPECT: ok|budget|memory|error
local t = {} for i = 1, 500 do t[i * ((1 << 31) - 1)] = i end
local x = 0 for r = 1, 1e6 do for i = 1, 500 do x = x + t[i * ((1 << 31) - 1)] end end return 'PWNED'
