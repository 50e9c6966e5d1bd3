-- pattern-depth
-- TRIES:  a pattern with 5,000 captures opened
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error|budget
return tostring(string.find('x', ('('):rep(5000)))
