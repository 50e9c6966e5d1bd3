-- number-short-text
-- TRIES:  turns short texts into numbers by | again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: error|budget
local s = ('0'):rep(390) .. '1' while true do local x = s | 0 end
