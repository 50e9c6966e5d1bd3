-- call-string
-- TRIES:  calls a text
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return ('x')()
