-- table-pack-loop
-- TRIES:  packs many arguments again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local t = {} for i = 1, 500 do t[i] = i end while true do table.pack(table.unpack(t)) end
