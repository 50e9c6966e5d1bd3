-- pattern-plus-chain
-- TRIES:  a pattern that takes exponential or quadratic time
-- MUST:   cut, step by step
-- CLASS:  cpu-c
-- EXPECT: budget|error|ok
local n = string.find(('a'):rep(200), '' .. ('a+'):rep(30) .. 'b')
return 'safe'
