-- length-number
-- TRIES:  takes the length of a number
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return #5
