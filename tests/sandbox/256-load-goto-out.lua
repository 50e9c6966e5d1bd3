-- load-goto-out
-- TRIES:  jumps out of a function
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
::a:: local f = function() goto a end
