-- gc-shrink-grow
-- TRIES:  grows and drops tables again and again
-- MUST:   bounded
-- CLASS:  cpu-c
-- EXPECT: budget|memory
while true do local t = {} for i = 1, 500 do t[i] = i end t = nil end
