-- int-div-min
-- TRIES:  divides the least integer by -1
-- MUST:   wraps, no trap
-- CLASS:  memsafety
-- EXPECT: ok
if math.mininteger // -1 ~= math.mininteger or math.mininteger % -1 ~= 0 then return 'PWNED' end return 'safe'
