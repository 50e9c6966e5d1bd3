-- load-open-string
-- TRIES:  a text that never ends
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
return 'abc
