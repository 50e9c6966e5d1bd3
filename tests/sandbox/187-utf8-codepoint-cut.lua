-- utf8-codepoint-cut
-- TRIES:  code point of a cut sequence
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return utf8.codepoint('\xe2\x82', 1)
