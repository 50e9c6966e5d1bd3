-- pattern-b-short
-- TRIES:  %b with one argument
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', '%bx')
