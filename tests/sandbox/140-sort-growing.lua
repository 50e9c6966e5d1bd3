-- sort-growing
-- TRIES:  grows the table while it is sorted
-- MUST:   no crash
-- CLASS:  memsafety
-- EXPECT: ok|error|budget|memory
local t = {} for i = 1, 50 do t[i] = 50 - i end
table.sort(t, function(a, b) t[#t + 1] = #t return a < b end)
return 'safe'
