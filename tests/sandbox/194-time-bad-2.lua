-- time-bad-2
-- TRIES:  reckons with a date that does not exist
-- MUST:   an error
-- CLASS:  result
-- EXPECT: error
return time.days('2026-02-30T00:00:00Z', '2026-03-01T00:00:00Z')
