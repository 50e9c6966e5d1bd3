-- env-nil
-- TRIES:  takes its globals away
-- MUST:   an error, no crash
-- CLASS:  escape
-- EXPECT: error
_ENV = nil
return tostring(1)
