-- for-generic-number
-- TRIES:  goes through a number
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
for a in 5 do end
