-- rep-overflow
-- TRIES:  rep whose size overflows
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error|memory
return #('xxxxxxxx'):rep((1 << 61) + 1)
