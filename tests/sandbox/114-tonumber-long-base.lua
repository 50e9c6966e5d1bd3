-- tonumber-long-base
-- TRIES:  tonumber with a base of a long text
-- MUST:   nil at once
-- CLASS:  cpu-c
-- EXPECT: ok|budget|memory
if tonumber(('1'):rep(30000), 2) then return 'PWNED' end return 'safe'
