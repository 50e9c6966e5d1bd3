-- answer-65
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
local t = {} for i = 1, 65 do t[i] = permit() end return t
