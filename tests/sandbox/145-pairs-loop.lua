-- pairs-loop
-- TRIES:  goes through a large table again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local t = {} for i = 1, 800 do t['k' .. i] = i end while true do for k in pairs(t) do end end
