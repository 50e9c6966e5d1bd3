-- utf8-offset-inside
-- TRIES:  offset from inside a sequence
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return utf8.offset('\u{20ac}', 1, 2)
