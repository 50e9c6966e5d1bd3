-- assert-nothing
-- TRIES:  assert without a value
-- MUST:   an error
-- CLASS:  result
-- EXPECT: error
assert()
