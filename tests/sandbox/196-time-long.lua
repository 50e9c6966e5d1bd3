-- time-long
-- TRIES:  gives a long text for a time
-- MUST:   an error at once
-- CLASS:  cpu-c
-- EXPECT: error|memory
return time.hours(('2'):rep(30000), 'x')
