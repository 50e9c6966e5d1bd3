-- pattern-long-set
-- TRIES:  a set of 30,000 characters for every character
-- MUST:   charged by its length
-- CLASS:  cpu-c
-- EXPECT: budget|error|ok|memory
local set = '[' .. ('b'):rep(30000) .. ']'
return tostring(('a'):rep(1000):find(set))
