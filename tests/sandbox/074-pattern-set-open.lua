-- pattern-set-open
-- TRIES:  a set that never closes
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', '[x')
