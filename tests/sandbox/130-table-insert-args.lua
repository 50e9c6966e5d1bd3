-- table-insert-args
-- TRIES:  inserts with too many arguments
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
table.insert({ 1 }, 1, 1, 1)
