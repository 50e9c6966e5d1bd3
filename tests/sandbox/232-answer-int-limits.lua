-- answer-int-limits
-- TRIES:  an answer with the extreme integers
-- MUST:   exact, or refused
-- CLASS:  result
-- EXPECT: ok|bad-result
return forbid('X', 'x', { math.mininteger, math.maxinteger })
