-- answer-many-values
-- TRIES:  returns 200 values
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error|memory
local t = {} for i = 1, 200 do t[i] = 1 end return table.unpack(t)
