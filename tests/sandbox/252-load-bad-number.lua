-- load-bad-number
-- TRIES:  a malformed number
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
return 0x
