-- dear-equality-key
-- TRIES:  looks up a long text that is a key already
-- MUST:   charged by its length
-- CLASS:  cpu-c
-- EXPECT: budget|memory
local a, b = ('a'):rep(30000) .. 'x', ('a'):rep(30000) .. 'x' local t = { [a] = 1 } while true do local c = t[b] end
