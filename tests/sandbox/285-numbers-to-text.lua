-- numbers-to-text
-- TRIES:  turns floats into texts again and again
-- MUST:   bounded
-- CLASS:  cpu
-- EXPECT: budget|memory
local x = 1.1e-300 while true do local s = x .. '' end
