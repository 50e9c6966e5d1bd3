-- number-for
-- TRIES:  gives a long text of digits to a loop
-- MUST:   refused
-- CLASS:  cpu-c
-- EXPECT: error|budget|memory
local s = ('0'):rep(30000) .. '1' for r = 1, 1e8 do for i = s, 1 do end end return 'PWNED'
