-- long-key
-- TRIES:  uses a new long text as key again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local t = {} for i = 1, 1e6 do t[('x'):rep(20000) .. i] = nil end return 'PWNED'
