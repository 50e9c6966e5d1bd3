-- format-width
-- TRIES:  format with widths of three digits
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.format('%100d', 1)
