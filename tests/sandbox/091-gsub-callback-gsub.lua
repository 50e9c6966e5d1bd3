-- gsub-callback-gsub
-- TRIES:  gsub within gsub within gsub
-- MUST:   cut
-- CLASS:  cpu
-- EXPECT: budget|memory|error|ok
local function f(n) return function(c) if n == 0 then return c end return (('abcdefgh'):gsub('.', f(n - 1))) end end
return (('abcdefgh'):gsub('.', f(6)))
