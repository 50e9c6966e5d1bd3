-- re-large-class
-- TRIES:  classes that take long to make and leave little
-- MUST:   refused, within the budget
-- CLASS:  cpu-c
-- EXPECT: error
re.match('', '(?i)[^' .. ('\\PL'):rep(300) .. ']')
return 'PWNED'
