-- table-insert-front
-- TRIES:  inserts at the front again and again
-- MUST:   charged by what it moves
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local t = {} while true do table.insert(t, 1, 0) end
