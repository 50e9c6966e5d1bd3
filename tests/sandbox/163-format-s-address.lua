-- format-s-address
-- TRIES:  asks for an address by %s
-- MUST:   the type only
-- CLASS:  determinism
-- EXPECT: same
-- REPEAT: 2
return string.format('%s %s', {}, print or type)
