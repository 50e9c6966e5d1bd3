-- time-bad
-- TRIES:  reckons with texts that are no times
-- MUST:   an error
-- CLASS:  result
-- EXPECT: error
return time.hours('yesterday', 'today')
