-- pattern-long-set-negated
-- TRIES:  a negated set of 20,000 characters
-- MUST:   charged by its length
-- CLASS:  cpu-c
-- EXPECT: budget|error|ok|memory
local set = '[^' .. ('b'):rep(20000) .. ']+c'
return tostring(('a'):rep(2000):find(set))
