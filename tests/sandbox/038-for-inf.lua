-- for-inf
-- TRIES:  a loop to infinity
-- MUST:   cut
-- CLASS:  cpu
-- EXPECT: budget
for i = 1, math.huge do end return 'PWNED'
