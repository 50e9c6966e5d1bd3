-- rep-loop
-- TRIES:  rep of the largest text again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
while true do local s = ('x'):rep(30000) end
