-- table-concat-long
-- TRIES:  concat of many long texts
-- MUST:   refused
-- CLASS:  memory
-- EXPECT: memory|error|budget
local s = ('x'):rep(1000) local t = {} for i = 1, 1000 do t[i] = s end return 'PWNED: ' .. #table.concat(t)
