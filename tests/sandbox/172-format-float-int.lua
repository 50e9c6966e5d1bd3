-- format-float-int
-- TRIES:  %d of a float with a fraction
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.format('%d', 1.5)
