-- pattern-frontier
-- TRIES:  a pattern that takes exponential or quadratic time
-- MUST:   cut, step by step
-- CLASS:  cpu-c
-- EXPECT: budget|error|ok
local n = string.find(('a b '):rep(3000), '%f[b].-c')
return 'safe'
