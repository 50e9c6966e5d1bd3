-- sub-loop
-- TRIES:  takes long parts of a text again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local s = ('ab'):rep(10000) while true do local x = s:sub(2) end
