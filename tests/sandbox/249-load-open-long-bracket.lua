-- load-open-long-bracket
-- TRIES:  a long text that never ends
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
return [==[ abc ]=]
