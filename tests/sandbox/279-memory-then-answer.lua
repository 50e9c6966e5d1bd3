-- memory-then-answer
-- TRIES:  runs into the limit of memory inside a function and answers after
-- MUST:   void
-- CLASS:  memory
-- EXPECT: memory|error
local t = {} for i = 1, 1e9 do t[i] = {} end return permit()
