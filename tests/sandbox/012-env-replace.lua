-- env-replace
-- TRIES:  gives itself other globals
-- MUST:   no more is reachable than before
-- CLASS:  escape
-- EXPECT: ok|error
local _ENV = { type = type, pairs = pairs }
if os or io or load then return 'PWNED' end
return 'safe'
