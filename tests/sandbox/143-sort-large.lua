-- sort-large
-- TRIES:  sorts the largest table again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local t = {} for i = 1, 1500 do t[i] = (i * 7919) % 1501 end while true do table.sort(t) end
