-- load-bad-escape
-- TRIES:  escapes that are none
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
return '\xzz'
