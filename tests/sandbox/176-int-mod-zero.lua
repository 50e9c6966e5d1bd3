-- int-mod-zero
-- TRIES:  takes an integer modulo zero
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return 1 % 0
