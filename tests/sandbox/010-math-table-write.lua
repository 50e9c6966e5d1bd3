-- math-table-write
-- TRIES:  writes into math
-- MUST:   only this call sees it
-- CLASS:  isolation
-- EXPECT: ok|error
math.floor = function() return 99 end
math[1] = 1
return 'safe'
