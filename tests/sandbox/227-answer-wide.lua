-- answer-wide
-- TRIES:  an answer with 100,000 parts
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error|memory|budget
local t = {} for i = 1, 1900 do t[i] = i end return forbid('X', 'x', { t, t, t, t })
