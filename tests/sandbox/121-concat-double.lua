-- concat-double
-- TRIES:  doubles a text thirty times
-- MUST:   refused
-- CLASS:  memory
-- EXPECT: memory|error
local s = 'x' for i = 1, 30 do s = s .. s end return 'PWNED: ' .. #s
