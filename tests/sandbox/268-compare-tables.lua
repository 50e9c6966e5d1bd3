-- compare-tables
-- TRIES:  compares tables by <
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return {} < {}
