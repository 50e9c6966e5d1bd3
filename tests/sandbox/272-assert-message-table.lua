-- assert-message-table
-- TRIES:  assert with a table as message
-- MUST:   no crash in the host
-- CLASS:  result
-- EXPECT: error
assert(false, { 'x' })
