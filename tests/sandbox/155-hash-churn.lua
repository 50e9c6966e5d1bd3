-- hash-churn
-- TRIES:  deletes and inserts text keys, whose places depend on a seed
-- MUST:   the same memory in every process
-- CLASS:  determinism
-- EXPECT: same|memory|budget
-- REPEAT: 3
local t = {} for r = 1, 30 do for i = 1, 60 do t['k' .. (i * r)] = i end for i = 1, 60, 2 do t['k' .. (i * r)] = nil end end
local n = 0 for _ in pairs(t) do n = n + 1 end return 'v' .. n
