-- table-unpack-many
-- TRIES:  unpacks 4,000 values
-- MUST:   an error or bounded
-- CLASS:  memory
-- EXPECT: error|memory|budget|bad-result|ok
local t = {} for i = 1, 1900 do t[i] = i end return (select('#', table.unpack(t, 1, 4000)))
