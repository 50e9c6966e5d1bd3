-- answer-deep
-- TRIES:  an answer nested 100 deep
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error|memory
local t = {} for i = 1, 100 do t = { t } end return forbid('X', 'x', t)
