-- format-no-args
-- TRIES:  format with fewer values than directives
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.format('%d %d', 1)
