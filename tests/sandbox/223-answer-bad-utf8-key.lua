-- answer-bad-utf8-key
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
return forbid('X', 'x', { ['\xff'] = 1 })
