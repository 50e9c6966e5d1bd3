-- compare-nul
-- TRIES:  compares texts of NUL bytes
-- MUST:   charged
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local a, b = ('\0'):rep(20000) .. 'x', ('\0'):rep(20000) .. 'y' while true do local c = a < b end
