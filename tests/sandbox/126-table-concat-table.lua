-- table-concat-table
-- TRIES:  concat of tables
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return table.concat({ {}, {} })
