-- stash-in-params
-- TRIES:  keeps a counter in params
-- MUST:   the next call does not find it
-- CLASS:  determinism
-- EXPECT: same
-- REPEAT: 4
params.n = (params.n or 0) + 1
return 'v' .. params.n
