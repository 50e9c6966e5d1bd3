-- pattern-backref-0
-- TRIES:  %0 in a pattern
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', '(x)%0')
