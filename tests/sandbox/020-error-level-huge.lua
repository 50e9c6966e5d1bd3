-- error-level-huge
-- TRIES:  raises with absurd levels
-- MUST:   no read past the stack
-- CLASS:  memsafety
-- EXPECT: error
error('x', math.maxinteger)
