-- varargs-pass
-- TRIES:  passes 900 arguments on again and again
-- MUST:   bounded by memory or budget
-- CLASS:  cpu
-- EXPECT: budget|memory
local t = {} for i = 1, 900 do t[i] = i end local function g(...) end local function f(...) while true do g(...) g(...) end end f(table.unpack(t))
