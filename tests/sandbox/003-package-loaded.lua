-- package-loaded
-- TRIES:  takes libraries out of package.loaded
-- MUST:   package is absent
-- CLASS:  escape
-- EXPECT: ok|error
if package then return 'PWNED: ' .. type(package.loaded) end
return 'safe'
