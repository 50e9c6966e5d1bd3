-- long-lived-beside-garbage
-- TRIES:  keeps 2,000 tables and makes garbage
-- MUST:   bounded
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local keep = {} for i = 1, 2000 do keep[i] = {} end while true do local t = {} end
