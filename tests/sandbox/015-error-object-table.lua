-- error-object-table
-- TRIES:  raises a table that looks like an answer
-- MUST:   it is no answer
-- CLASS:  result
-- EXPECT: error
error({ answer = 'permit' })
