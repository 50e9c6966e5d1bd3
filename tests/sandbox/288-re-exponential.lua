-- re-exponential
-- TRIES:  a regular expression that backtracks for ever elsewhere
-- MUST:   linear, and paid step by step
-- CLASS:  cpu-c
-- EXPECT: budget
local s = ('a'):rep(20000)
for i = 1, 1000 do re.match(s, '(a|aa|a*)*b') end
return 'PWNED'
