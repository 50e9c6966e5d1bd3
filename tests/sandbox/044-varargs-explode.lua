-- varargs-explode
-- TRIES:  doubles its arguments at every call
-- MUST:   a clean error
-- CLASS:  memory
-- EXPECT: error|memory|budget
local function f(...) return f(..., ...) end
local function g(...) return g(..., select(1, ...)) end
return g(1, 2, 3)
