-- pattern-nul
-- TRIES:  NUL bytes in texts and patterns
-- MUST:   no early end
-- CLASS:  memsafety
-- EXPECT: ok
if ('a\0b'):find('\0b') ~= 2 or ('a\0b'):find('[\0]') ~= 2 or ('a\0b'):find('%z') ~= 2 then return 'PWNED: NUL' end
return 'safe'
