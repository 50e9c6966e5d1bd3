-- recursion-tail
-- TRIES:  recurses by tail calls
-- MUST:   cut
-- CLASS:  cpu
-- EXPECT: budget
local function f() return f() end
return f()
