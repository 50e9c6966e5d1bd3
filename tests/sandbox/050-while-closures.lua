-- while-closures
-- TRIES:  nests closures without end
-- MUST:   cut
-- CLASS:  memory
-- EXPECT: budget|memory
local f = function() end while true do local g = f f = function() return g end end
