-- answer-extra
-- TRIES:  an answer that is almost one
-- MUST:   refused
-- CLASS:  result
-- EXPECT: bad-result|error
return { answer = 'permit', because = 'x' }
