-- table-unpack-range
-- TRIES:  unpacks a huge range
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error|memory|budget
return (table.unpack({}, 1, 1 << 40))
