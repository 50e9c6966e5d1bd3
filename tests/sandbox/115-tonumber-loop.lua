-- tonumber-loop
-- TRIES:  tonumber of 400 characters again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget
local s = ('1'):rep(400) while true do tonumber(s) tonumber(s, 36) end
