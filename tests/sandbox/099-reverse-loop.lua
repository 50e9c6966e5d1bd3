-- reverse-loop
-- TRIES:  reverses a long text again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local s = ('ab'):rep(10000) while true do s = s:reverse() end
