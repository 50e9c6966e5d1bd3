-- load-close-nothing
-- TRIES:  a variable to be closed without a closer
-- MUST:   an error at run time
-- CLASS:  memsafety
-- EXPECT: error|bad-result
local x <close> = {} return 'PWNED'
