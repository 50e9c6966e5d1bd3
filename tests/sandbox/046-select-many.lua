-- select-many
-- TRIES:  returns many values by select again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory|error
local t = {} for i = 1, 1500 do t[i] = i end
local function f(...) while true do select(1, ...) end end
f(table.unpack(t))
