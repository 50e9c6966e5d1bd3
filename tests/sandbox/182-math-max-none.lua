-- math-max-none
-- TRIES:  max of nothing
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return math.max()
