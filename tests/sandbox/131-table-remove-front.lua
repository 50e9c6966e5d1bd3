-- table-remove-front
-- TRIES:  removes from the front again and again
-- MUST:   charged by what it moves
-- CLASS:  cpu-c
-- EXPECT: budget|memory|ok
local t = {} for i = 1, 1500 do t[i] = i end for i = 1, 1500 do table.remove(t, 1) end return 'safe'
