-- rep-separator
-- TRIES:  rep of nothing with a separator
-- MUST:   bounded
-- CLASS:  cpu-c
-- EXPECT: error|memory
return #(''):rep(1 << 40, ',')
