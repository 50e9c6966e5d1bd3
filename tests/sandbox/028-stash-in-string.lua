-- stash-in-string
-- TRIES:  hides state in the table of methods
-- MUST:   the next call does not find it
-- CLASS:  determinism
-- EXPECT: same
-- REPEAT: 4
local n = ('').n or 0
string.n = n + 1
return 'v' .. n
