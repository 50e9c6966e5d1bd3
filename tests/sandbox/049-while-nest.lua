-- while-nest
-- TRIES:  nests tables without end
-- MUST:   cut
-- CLASS:  memory
-- EXPECT: budget|memory
local t = {} while true do t = { t } end
