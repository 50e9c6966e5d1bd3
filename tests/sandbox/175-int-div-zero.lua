-- int-div-zero
-- TRIES:  divides an integer by zero
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return 1 // 0
