-- pattern-close-only
-- TRIES:  a capture that never opens
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', 'x)')
