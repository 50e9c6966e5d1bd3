-- pattern-open-capture
-- TRIES:  a capture that never closes
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', '(x')
