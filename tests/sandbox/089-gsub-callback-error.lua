-- gsub-callback-error
-- TRIES:  raises within the replacement function
-- MUST:   the error passes, nothing leaks
-- CLASS:  memsafety
-- EXPECT: error
-- REPEAT: 3
return (('a'):rep(5000):gsub('.', function() error('x', 0) end))
