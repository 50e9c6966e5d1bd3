-- pairs-table-key
-- TRIES:  pairs over a table with a table as key
-- MUST:   an error: it has no order
-- CLASS:  determinism
-- EXPECT: error
for k in pairs({ [{}] = 1 }) do end return 'PWNED'
