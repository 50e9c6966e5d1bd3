-- rep-negative
-- TRIES:  rep with negative counts
-- MUST:   the empty text
-- CLASS:  cpu-c
-- EXPECT: ok
return ('x'):rep(-5) .. ('x'):rep(math.mininteger) .. 'safe'
