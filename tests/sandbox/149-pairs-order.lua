-- pairs-order
-- TRIES:  uses the order of pairs as randomness
-- MUST:   the same in every process
-- CLASS:  determinism
-- EXPECT: same
-- REPEAT: 3
local t = {} for _, k in ipairs { 'delta', 'alpha', 'echo', 'bravo', 'charlie', 3, 1, 2, 1.5, true, false } do t[k] = 1 end
local s = '' for k in pairs(t) do s = s .. tostring(k) .. ' ' end
if s ~= '1 1.5 2 3 alpha bravo charlie delta echo false true ' then return 'PWNED: ' .. s end
return s
