-- recursion-in-sort
-- TRIES:  recurses through sort
-- MUST:   a clean error
-- CLASS:  cpu
-- EXPECT: error|memory|budget
local function f(a, b) table.sort({ 3, 2, 1 }, f) return a < b end
table.sort({ 3, 2, 1 }, f)
return 'safe'
