-- utf8-char-surrogate
-- TRIES:  makes a surrogate
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return utf8.char(0xd800)
