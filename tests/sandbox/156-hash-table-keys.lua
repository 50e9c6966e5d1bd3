-- hash-table-keys
-- TRIES:  deletes and inserts tables as keys, whose places depend on addresses
-- MUST:   the same memory in every process
-- CLASS:  determinism
-- EXPECT: same|memory|budget
-- REPEAT: 3
local t, ks = {}, {} for i = 1, 200 do ks[i] = {} end
for r = 1, 10 do for i = 1, 200 do t[ks[i]] = i end for i = 1, 200, 2 do t[ks[i]] = nil end end return 'v'
