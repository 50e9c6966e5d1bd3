-- error-object-function
-- TRIES:  raises a function
-- MUST:   the host does not call it
-- CLASS:  result
-- EXPECT: error
error(function() return 'PWNED' end)
