-- math-ult
-- TRIES:  compares unsigned
-- MUST:   exact
-- CLASS:  memsafety
-- EXPECT: ok
if math.ult(-1, 1) or not math.ult(1, -1) then return 'PWNED' end return 'safe'
