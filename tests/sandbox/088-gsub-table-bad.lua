-- gsub-table-bad
-- TRIES:  a replacement table that gives a table
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return (('abc'):gsub('.', { a = {} }))
