-- concat-chain
-- TRIES:  one instruction that joins 200 long texts
-- MUST:   refused
-- CLASS:  memory
-- EXPECT: memory|error|budget
local s = ('x'):rep(1000)
local t = s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s
  .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s
return 'PWNED: ' .. #t
