-- load-text
-- TRIES:  compiles a text
-- MUST:   load is absent
-- CLASS:  escape
-- EXPECT: ok|error
local f = load or loadstring
if f then return 'PWNED: ' .. tostring(f('return 1')()) end
return 'safe'
