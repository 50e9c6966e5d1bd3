-- repeat-until
-- TRIES:  spins by repeat
-- MUST:   cut
-- CLASS:  cpu
-- EXPECT: budget
repeat until false
