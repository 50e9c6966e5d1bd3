-- request-as-key
-- TRIES:  uses the request as a key
-- MUST:   no crash
-- CLASS:  memsafety
-- EXPECT: ok|error
local t = {} if req then t[req] = 1 end return 'safe'
