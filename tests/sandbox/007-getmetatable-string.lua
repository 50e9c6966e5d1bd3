-- getmetatable-string
-- TRIES:  takes the metatable of texts
-- MUST:   getmetatable is absent
-- CLASS:  escape
-- EXPECT: ok|error
if getmetatable then return 'PWNED: ' .. type(getmetatable('')) end
return 'safe'
