-- math-random
-- TRIES:  looks for randomness
-- MUST:   none
-- CLASS:  determinism
-- EXPECT: ok|error
if math.random or math.randomseed then return 'PWNED: random' end return 'safe'
