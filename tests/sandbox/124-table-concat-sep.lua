-- table-concat-sep
-- TRIES:  concat with a long separator
-- MUST:   refused
-- CLASS:  memory
-- EXPECT: memory|error|budget
local t = {} for i = 1, 1000 do t[i] = '' end return 'PWNED: ' .. #table.concat(t, ('x'):rep(1000))
