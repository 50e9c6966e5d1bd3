-- error-level-negative
-- TRIES:  raises with a negative level
-- MUST:   no read past the stack
-- CLASS:  memsafety
-- EXPECT: error
error('x', math.mininteger)
