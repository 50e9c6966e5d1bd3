-- re-nested-counts
-- TRIES:  counts within counts
-- MUST:   refused
-- CLASS:  result
-- EXPECT: error
re.match('', ('(?:'):rep(100) .. 'a' .. ('){9}'):rep(100))
return 'PWNED'
