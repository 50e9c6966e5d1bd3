-- tonumber-base-bad
-- TRIES:  tonumber with absurd bases
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return tonumber('1', 1 << 40)
