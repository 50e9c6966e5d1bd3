-- dofile
-- TRIES:  runs a file
-- MUST:   dofile and loadfile are absent
-- CLASS:  escape
-- EXPECT: ok|error
if dofile or loadfile then return 'PWNED: file loader' end
return 'safe'
