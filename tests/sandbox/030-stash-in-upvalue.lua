-- stash-in-upvalue
-- TRIES:  keeps a counter in an upvalue of a global function
-- MUST:   the next call does not find it
-- CLASS:  determinism
-- EXPECT: same
-- REPEAT: 4
if not f then local n = 0 function f() n = n + 1 return n end end
return 'v' .. f()
