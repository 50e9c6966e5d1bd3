-- pattern-backref
-- TRIES:  a pattern that takes exponential or quadratic time
-- MUST:   cut, step by step
-- CLASS:  cpu-c
-- EXPECT: budget|error|ok
local n = string.find(('a'):rep(3000), '(a*)%1b')
return 'safe'
