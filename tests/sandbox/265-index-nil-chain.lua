-- index-nil-chain
-- TRIES:  indexes nil
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return a.b.c
