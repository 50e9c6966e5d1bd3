-- answer-minus-zero
-- TRIES:  an answer with minus zero and the least float
-- MUST:   exact
-- CLASS:  result
-- EXPECT: ok|bad-result
return forbid('X', 'x', { -0.0, 5e-324, 1.7976931348623157e308 })
