-- type-nothing
-- TRIES:  type of nothing
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return type()
