-- sort-bad-order
-- TRIES:  sorts by a function that always says yes
-- MUST:   ends, in bounds
-- CLASS:  memsafety
-- EXPECT: ok|error|budget
local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function() return true end) return 'safe'
