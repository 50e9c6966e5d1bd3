-- math-fmod-min
-- TRIES:  fmod of the least integer by -1
-- MUST:   0, no trap
-- CLASS:  memsafety
-- EXPECT: ok
if math.fmod(math.mininteger, -1) ~= 0 then return 'PWNED' end return 'safe'
