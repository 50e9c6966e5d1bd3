-- pattern-33-captures
-- TRIES:  33 captures
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.find('x', ('()'):rep(33))
