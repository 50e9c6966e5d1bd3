-- hash-rehash
-- TRIES:  forces a rehash at every step
-- MUST:   charged by what it allocates
-- CLASS:  cpu-c
-- EXPECT: budget|memory|error|ok
local t = {} for i = 1, 1000 do t[i .. ''] = 1 end for r = 1, 1e6 do t['a' .. r] = 1 t['a' .. r] = nil end return 'PWNED'
