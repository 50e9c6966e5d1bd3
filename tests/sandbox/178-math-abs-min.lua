-- math-abs-min
-- TRIES:  abs of the least integer
-- MUST:   wraps, no trap
-- CLASS:  memsafety
-- EXPECT: ok
if math.abs(math.mininteger) ~= math.mininteger then return 'PWNED' end return 'safe'
