-- select-loop
-- TRIES:  asks for the length of its arguments again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local function f(...) while true do select('#', ...) end end
f(table.unpack({ 1, 2, 3 }))
