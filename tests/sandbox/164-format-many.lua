-- format-many
-- TRIES:  format with many wide directives
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory|error
local f = ('%99.99f'):rep(60) local t = {} for i = 1, 60 do t[i] = 1e308 end while true do string.format(f, table.unpack(t)) end
