-- stash-after-budget
-- TRIES:  leaves something behind and runs out of budget
-- MUST:   the next call does not find it
-- CLASS:  determinism
-- EXPECT: budget
-- REPEAT: 4
if left then return 'PWNED: found' end
left = {}
while true do end
