-- stash-after-memory
-- TRIES:  leaves something behind and runs out of memory
-- MUST:   the next call does not find it
-- CLASS:  determinism
-- EXPECT: memory
-- REPEAT: 4
if left then return 'PWNED: found' end
left = {}
while true do left = { left } end
