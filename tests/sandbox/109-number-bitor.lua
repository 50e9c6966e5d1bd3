-- number-bitor
-- TRIES:  turns a long text of digits into a number by |
-- MUST:   refused over 400 characters
-- CLASS:  cpu-c
-- EXPECT: error|budget|memory
local s = ('0'):rep(30000) .. '1' local n = 0 for i = 1, 1e8 do n = s | 0 end return 'PWNED'
