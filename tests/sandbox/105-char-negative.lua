-- char-negative
-- TRIES:  char of a negative value
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.char(-1)
