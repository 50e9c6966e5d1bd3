-- format-l
-- TRIES:  a length modifier
-- MUST:   refused
-- CLASS:  memsafety
-- EXPECT: error
return string.format('%lld', 1)
