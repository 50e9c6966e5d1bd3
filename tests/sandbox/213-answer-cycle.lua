-- answer-cycle
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
local t = {} t.t = t return t
