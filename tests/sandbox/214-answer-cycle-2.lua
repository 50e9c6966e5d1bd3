-- answer-cycle-2
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
local a, b = {}, {} a.b = b b.a = a return forbid('X', 'x', a)
