-- pattern-backref-double
-- TRIES:  a pattern that takes exponential or quadratic time
-- MUST:   cut, step by step
-- CLASS:  cpu-c
-- EXPECT: budget|error|ok
local n = string.find(('ab'):rep(1000), '(.*)(.*)%1%2x')
return 'safe'
