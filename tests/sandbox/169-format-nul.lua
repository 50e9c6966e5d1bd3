-- format-nul
-- TRIES:  format with NUL bytes
-- MUST:   no early end
-- CLASS:  memsafety
-- EXPECT: ok|bad-result|error
if #string.format('a\0%sb', 'x\0y') ~= 6 then return 'PWNED' end return 'safe'
