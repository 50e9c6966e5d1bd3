-- number-shift
-- TRIES:  shifts by a long text of digits
-- MUST:   refused
-- CLASS:  cpu-c
-- EXPECT: error|budget|memory
local s = ('0'):rep(30000) .. '1' for r = 1, 1e8 do local x = 1 << s end return 'PWNED'
