-- utf8-char-big
-- TRIES:  makes a code point over the last
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return utf8.char(0x110000)
