-- sort-mixed
-- TRIES:  sorts texts and numbers
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
table.sort({ 1, 'a', 2 })
