-- format-c-zero
-- TRIES:  %c of 0 and of large values
-- MUST:   one byte
-- CLASS:  memsafety
-- EXPECT: ok|error
if #string.format('%c%c', 0, 1 << 40) ~= 2 then return 'PWNED' end return 'safe'
