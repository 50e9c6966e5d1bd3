-- pairs-function-key
-- TRIES:  pairs over a table with a function as key
-- MUST:   an error: it has no order
-- CLASS:  determinism
-- EXPECT: error
for k in pairs({ [type] = 1 }) do end return 'PWNED'
