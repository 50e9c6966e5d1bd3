-- pairs-upvalue
-- TRIES:  keeps the iterator of pairs and calls it on
-- MUST:   no crash
-- CLASS:  memsafety
-- EXPECT: ok|error
local f, t = pairs({ a = 1 }) for i = 1, 50 do f(t, 'zzz') f() end return 'safe'
