-- gsub-callback-budget
-- TRIES:  spins within the replacement function
-- MUST:   cut
-- CLASS:  cpu
-- EXPECT: budget
return (('abc'):gsub('.', function() while true do end end))
