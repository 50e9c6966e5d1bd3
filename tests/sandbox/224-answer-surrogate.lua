-- answer-surrogate
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
return forbid('X', '\xed\xa0\x80')
