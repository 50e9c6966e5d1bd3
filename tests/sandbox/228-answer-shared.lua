-- answer-shared
-- TRIES:  an answer that doubles at each of 60 levels by sharing
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error|memory|budget
local t = {} for i = 1, 60 do t = { t, t } end return forbid('X', 'x', t)
