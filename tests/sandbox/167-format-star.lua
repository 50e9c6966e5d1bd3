-- format-star
-- TRIES:  a width taken from the arguments
-- MUST:   refused
-- CLASS:  memsafety
-- EXPECT: error
return string.format('%*d', 5, 1)
