-- goto-loop
-- TRIES:  spins by goto
-- MUST:   cut
-- CLASS:  cpu
-- EXPECT: budget
::a:: goto a
