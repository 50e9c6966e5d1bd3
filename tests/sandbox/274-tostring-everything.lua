-- tostring-everything
-- TRIES:  tostring of every kind
-- MUST:   no address
-- CLASS:  determinism
-- EXPECT: same
-- REPEAT: 2
return tostring(nil) .. tostring(true) .. tostring({}) .. tostring(type) .. tostring(0/0) .. tostring(-(0/0)) .. tostring(1e15) .. tostring(2^53)
