-- answer-shared-flat
-- TRIES:  an answer of many references to one emptied table
-- MUST:   bounded
-- CLASS:  result
-- EXPECT: ok|bad-result|error|memory|budget
local e = {} for i = 1, 1000 do e['k' .. i] = 1 end for i = 1, 1000 do e['k' .. i] = nil end
local t = {} for i = 1, 900 do t[i] = e end return forbid('X', 'x', t)
