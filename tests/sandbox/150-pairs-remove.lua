-- pairs-remove
-- TRIES:  removes keys while it goes through
-- MUST:   no crash, none twice
-- CLASS:  memsafety
-- EXPECT: ok
local t, n = {}, 0 for i = 1, 100 do t['k' .. i] = i end
for k in pairs(t) do t[k] = nil t['x' .. k] = nil n = n + 1 end
if n ~= 100 then return 'PWNED: ' .. n end
return 'safe'
