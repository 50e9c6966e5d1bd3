-- table-remove-extreme
-- TRIES:  removes at absurd places
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
table.remove({ 1, 2, 3 }, math.mininteger)
