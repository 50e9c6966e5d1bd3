-- for-zero-step
-- TRIES:  a loop with step 0
-- MUST:   an error
-- CLASS:  cpu
-- EXPECT: error
for i = 1, 10, 0 do end return 'PWNED'
