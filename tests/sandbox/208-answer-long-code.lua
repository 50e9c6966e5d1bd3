-- answer-long-code
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
return forbid(('X'):rep(65), 'x')
