-- tonumber-long
-- TRIES:  tonumber of a long text
-- MUST:   nil at once
-- CLASS:  cpu-c
-- EXPECT: ok|budget|memory
if tonumber(('1'):rep(30000)) then return 'PWNED' end return 'safe'
