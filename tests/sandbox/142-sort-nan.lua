-- sort-nan
-- TRIES:  sorts NaN
-- MUST:   ends, in bounds
-- CLASS:  memsafety
-- EXPECT: ok|error
table.sort({ 0/0, 1, 0/0, 3, 0/0 }) return 'safe'
