-- stack-checkstack
-- TRIES:  pushes more than the stack holds
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error|memory|budget
return string.char(table.unpack({}, 1, 4000))
