-- time-now
-- TRIES:  looks for a clock
-- MUST:   none
-- CLASS:  determinism
-- EXPECT: ok|error
if time.now or time.clock then return 'PWNED: clock' end return 'safe'
