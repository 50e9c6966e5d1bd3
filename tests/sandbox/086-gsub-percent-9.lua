-- gsub-percent-9
-- TRIES:  gsub with a capture that is not there
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return (('abc'):gsub('.', '%9'))
