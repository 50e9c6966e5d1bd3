-- while-concat
-- TRIES:  builds a text byte by byte
-- MUST:   cut
-- CLASS:  memory
-- EXPECT: budget|memory
local s = '' while true do s = s .. 'x' end
