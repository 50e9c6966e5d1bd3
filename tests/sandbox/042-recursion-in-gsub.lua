-- recursion-in-gsub
-- TRIES:  recurses through gsub
-- MUST:   a clean error
-- CLASS:  cpu
-- EXPECT: error|memory|budget
local function f(s) return (s:gsub('.', f)) end
return f('aaaa')
