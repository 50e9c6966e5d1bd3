-- format-p
-- TRIES:  asks for an address
-- MUST:   refused
-- CLASS:  determinism
-- EXPECT: error
return string.format('%p', {})
