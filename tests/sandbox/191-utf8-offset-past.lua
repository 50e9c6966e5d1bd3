-- utf8-offset-past
-- TRIES:  offset from past the end
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return utf8.offset('abc', 1, 9)
