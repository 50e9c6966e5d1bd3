-- while-table
-- TRIES:  builds a table without end
-- MUST:   cut
-- CLASS:  memory
-- EXPECT: budget|memory
local t = {} while true do t[#t + 1] = #t end
