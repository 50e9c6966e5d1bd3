-- answer-long-text
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
return forbid('X', ('x'):rep(1025))
