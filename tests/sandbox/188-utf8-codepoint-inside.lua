-- utf8-codepoint-inside
-- TRIES:  code point from inside a sequence
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return utf8.codepoint('\u{20ac}', 2)
