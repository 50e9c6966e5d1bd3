-- format-n
-- TRIES:  the directive that writes to memory
-- MUST:   refused
-- CLASS:  memsafety
-- EXPECT: error
return string.format('%n', 1)
