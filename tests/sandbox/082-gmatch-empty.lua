-- gmatch-empty
-- TRIES:  gmatch of the empty pattern
-- MUST:   ends
-- CLASS:  cpu-c
-- EXPECT: ok|budget
local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end
if n ~= 4 then return 'PWNED: ' .. n end
return 'safe'
