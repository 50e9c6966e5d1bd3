-- contains-odd
-- TRIES:  contains with odd arguments
-- MUST:   an error or false
-- CLASS:  memsafety
-- EXPECT: error|ok
contains(nil, 1) contains({}, nil) contains(5, 1)
