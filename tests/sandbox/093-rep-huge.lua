-- rep-huge
-- TRIES:  rep to the largest integer
-- MUST:   an error at once
-- CLASS:  cpu-c
-- EXPECT: error|memory
return #('x'):rep(math.maxinteger)
