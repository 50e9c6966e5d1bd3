-- utf8-len-loop
-- TRIES:  len of a long text again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local s = ('\u{ac00}'):rep(10000) while true do utf8.len(s) end
