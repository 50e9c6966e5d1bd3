-- concat-total
-- TRIES:  joins a text of 30,000 again and again
-- MUST:   the sum is bounded
-- CLASS:  memory
-- EXPECT: memory|budget
local s = ('x'):rep(30000) while true do local t = s .. 'y' end
