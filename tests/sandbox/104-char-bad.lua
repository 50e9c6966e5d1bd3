-- char-bad
-- TRIES:  char of values that are no bytes
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.char(256)
