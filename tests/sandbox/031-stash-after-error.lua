-- stash-after-error
-- TRIES:  leaves something behind and raises
-- MUST:   the next call does not find it
-- CLASS:  determinism
-- EXPECT: error
-- REPEAT: 4
if left then return 'PWNED: found' end
left = ('x'):rep(1000)
error('stop', 0)
