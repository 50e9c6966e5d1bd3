-- rep-empty-loop
-- TRIES:  rep of the empty text again and again
-- MUST:   charged by the loop
-- CLASS:  cpu-c
-- EXPECT: budget
while true do (''):rep(1 << 62) end
