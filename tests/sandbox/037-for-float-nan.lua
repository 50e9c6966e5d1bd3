-- for-float-nan
-- TRIES:  a loop to NaN
-- MUST:   ends at once
-- CLASS:  cpu
-- EXPECT: ok|error|budget
for i = 1, 0/0 do return 'PWNED' end return 'safe'
