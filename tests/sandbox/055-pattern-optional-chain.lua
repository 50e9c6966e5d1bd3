-- pattern-optional-chain
-- TRIES:  a pattern that takes exponential or quadratic time
-- MUST:   cut, step by step
-- CLASS:  cpu-c
-- EXPECT: budget|error|ok
local n = string.find(('a'):rep(60), '' .. ('a?'):rep(60) .. ('a'):rep(60) .. '')
return 'safe'
