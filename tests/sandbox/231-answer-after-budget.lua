-- answer-after-budget
-- TRIES:  gives a good answer just past the budget
-- MUST:   void
-- CLASS:  result
-- EXPECT: budget
local n = 0 for i = 1, 1e7 do n = n + 1 end return permit()
