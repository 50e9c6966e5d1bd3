-- math-fmod-zero
-- TRIES:  fmod by zero
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return math.fmod(1, 0)
