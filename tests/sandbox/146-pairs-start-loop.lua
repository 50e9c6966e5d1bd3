-- pairs-start-loop
-- TRIES:  starts pairs on a large table again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local t = {} for i = 1, 800 do t['k' .. i] = i end while true do pairs(t) end
