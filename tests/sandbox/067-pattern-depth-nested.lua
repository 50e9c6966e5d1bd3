-- pattern-depth-nested
-- TRIES:  deep recursion in one match
-- MUST:   an error, no overflow of the C stack
-- CLASS:  memsafety
-- EXPECT: error|budget|ok
return tostring(string.find(('a'):rep(1000), ('a?'):rep(1000)))
