-- time-overflow
-- TRIES:  moves a time out of the years
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return time.plus('2026-01-01T00:00:00Z', math.maxinteger)
