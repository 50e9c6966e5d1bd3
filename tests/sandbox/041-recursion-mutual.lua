-- recursion-mutual
-- TRIES:  two functions that call each other
-- MUST:   a clean error
-- CLASS:  cpu
-- EXPECT: error|memory|budget
local a, b
function a(n) local x = b(n + 1) return x end
function b(n) local x = a(n + 1) return x end
return a(1)
