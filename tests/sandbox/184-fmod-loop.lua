-- fmod-loop
-- TRIES:  fmod of the most different numbers again and again
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget
while true do math.fmod(1e308, 5e-324) end
