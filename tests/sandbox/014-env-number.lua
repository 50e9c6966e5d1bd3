-- env-number
-- TRIES:  makes its globals a number
-- MUST:   an error, no crash
-- CLASS:  escape
-- EXPECT: error
_ENV = 42
return tostring(1)
