-- request-deep-mutation
-- TRIES:  writes into the request and its parts
-- MUST:   only this call sees it
-- CLASS:  isolation
-- EXPECT: ok|error
if req then req.subject = 'root' req.role = 'admin' req[1] = 1 end return 'safe'
