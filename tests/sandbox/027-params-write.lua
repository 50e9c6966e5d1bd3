-- params-write
-- TRIES:  writes into params
-- MUST:   only this call sees it
-- CLASS:  isolation
-- EXPECT: ok|error
params.cap = 1
params.stolen = req
return 'safe'
