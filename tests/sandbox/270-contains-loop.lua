-- contains-loop
-- TRIES:  looks for a long text in a list of long texts again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local s = ('x'):rep(1000) local t = {} for i = 1, 100 do t[i] = ('x'):rep(999) .. 'y' .. (i % 3) end while true do contains(t, s .. '') end
