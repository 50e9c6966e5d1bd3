-- call-number
-- TRIES:  calls a number
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return (5)()
