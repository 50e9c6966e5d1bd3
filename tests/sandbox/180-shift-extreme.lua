-- shift-extreme
-- TRIES:  shifts by absurd counts
-- MUST:   0, no trap
-- CLASS:  memsafety
-- EXPECT: ok
if (1 << 64) ~= 0 or (1 >> 1 << 1000) ~= 0 or (1 << math.mininteger) ~= 0 then return 'PWNED' end return 'safe'
