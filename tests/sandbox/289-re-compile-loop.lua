-- re-compile-loop
-- TRIES:  a new pattern every time, so that making them is all the work
-- MUST:   making is paid
-- CLASS:  cpu-c
-- EXPECT: budget
for i = 1, 1e9 do re.match('', '(?i)[^\\pL\\pN]' .. i) end
return 'PWNED'
