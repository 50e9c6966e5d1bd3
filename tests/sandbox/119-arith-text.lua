-- arith-text
-- TRIES:  adds a text to a number
-- MUST:   an error: texts have no arithmetic
-- CLASS:  cpu-c
-- EXPECT: error
return '1' + 1
