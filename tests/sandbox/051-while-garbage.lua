-- while-garbage
-- TRIES:  makes garbage without end
-- MUST:   cut
-- CLASS:  memory
-- EXPECT: budget|memory
while true do local t = { {}, {}, {} } end
