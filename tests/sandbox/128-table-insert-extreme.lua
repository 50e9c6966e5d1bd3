-- table-insert-extreme
-- TRIES:  inserts at absurd places
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
table.insert({}, math.maxinteger, 1)
