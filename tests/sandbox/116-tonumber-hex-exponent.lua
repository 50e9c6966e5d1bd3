-- tonumber-hex-exponent
-- TRIES:  hexadecimal floats with absurd exponents
-- MUST:   bounded
-- CLASS:  cpu-c
-- EXPECT: ok|bad-result|error
return tostring(tonumber('0x1p999999999999')) .. tostring(tonumber('1e-999999999999'))
