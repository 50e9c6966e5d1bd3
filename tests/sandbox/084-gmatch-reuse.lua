-- gmatch-reuse
-- TRIES:  calls an iterator of gmatch after its end
-- MUST:   nothing more, no crash
-- CLASS:  memsafety
-- EXPECT: ok|error
local f = ('ab'):gmatch('.')
for i = 1, 100 do f() end
return 'safe'
