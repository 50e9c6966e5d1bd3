-- pattern-backref-position
-- TRIES:  a reference to a position
-- MUST:   no match or an error, no crash
-- CLASS:  memsafety
-- EXPECT: error|ok
return tostring(string.match('xx', '()%1'))
