-- recursion-deep
-- TRIES:  recurses without end
-- MUST:   a clean error
-- CLASS:  cpu
-- EXPECT: error|memory|budget
local function f(n) return 1 + f(n + 1) end
return f(1)
