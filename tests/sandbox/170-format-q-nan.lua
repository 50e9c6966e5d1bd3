-- format-q-nan
-- TRIES:  %q of NaN and infinities
-- MUST:   no crash
-- CLASS:  memsafety
-- EXPECT: ok|error
return string.format('%q %q %q', 0/0, 1/0, math.mininteger)
