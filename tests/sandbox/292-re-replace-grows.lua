-- re-replace-grows
-- TRIES:  a replacement that doubles the text again and again
-- MUST:   memory or budget
-- CLASS:  result
-- EXPECT: memory|budget
local s = 'a'
for i = 1, 100 do s = re.replace(s, '.', '\\0\\0') end
return 'PWNED'
