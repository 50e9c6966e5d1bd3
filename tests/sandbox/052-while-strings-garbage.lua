-- while-strings-garbage
-- TRIES:  makes short texts without end
-- MUST:   cut
-- CLASS:  memory
-- EXPECT: budget|memory
local i = 0 while true do i = i + 1 local s = 'k' .. i end
