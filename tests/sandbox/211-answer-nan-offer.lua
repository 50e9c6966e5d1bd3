-- answer-nan-offer
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
return forbid('X', 'x', 0/0)
