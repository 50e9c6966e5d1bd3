-- format-precision
-- TRIES:  format with precisions of three digits
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.format('%.100f', 1)
