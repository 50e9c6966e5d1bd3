-- sort-mutating
-- TRIES:  changes the table while it is sorted
-- MUST:   no crash
-- CLASS:  memsafety
-- EXPECT: ok|error|budget|memory
local t = {} for i = 1, 200 do t[i] = 200 - i end
table.sort(t, function(a, b) for i = 1, 200 do t[i] = nil end return (a or 0) < (b or 0) end)
return 'safe'
