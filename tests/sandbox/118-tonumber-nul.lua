-- tonumber-nul
-- TRIES:  tonumber of a text with NUL
-- MUST:   nil
-- CLASS:  memsafety
-- EXPECT: ok
if tonumber('1\0') or tonumber('1\0', 10) then return 'PWNED' end return 'safe'
