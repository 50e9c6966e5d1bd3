-- pattern-backref-open
-- TRIES:  a reference to an open capture
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', '(x%1)')
