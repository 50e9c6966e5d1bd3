-- power-loop
-- TRIES:  raises to powers again and again
-- MUST:   bounded
-- CLASS:  cpu
-- EXPECT: budget
local a, b = 1.0000000001, 1e9 while true do local c = a ^ b end
