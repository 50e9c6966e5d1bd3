-- request-key-walk
-- TRIES:  reads fields nobody has
-- MUST:   nil or an error
-- CLASS:  isolation
-- EXPECT: ok|error
if req then local x = req.__index, req.__metatable, req[{}] if x then return 'PWNED' end end return 'safe'
