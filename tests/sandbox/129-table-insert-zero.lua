-- table-insert-zero
-- TRIES:  inserts at 0
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
table.insert({ 1 }, 0, 1)
