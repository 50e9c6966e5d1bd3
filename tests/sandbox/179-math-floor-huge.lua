-- math-floor-huge
-- TRIES:  floor of floats no integer holds
-- MUST:   floats, no trap
-- CLASS:  memsafety
-- EXPECT: ok|error
return tostring(math.floor(1e300)) .. tostring(math.ceil(-1e300)) .. tostring(math.floor(0/0)) .. tostring(math.tointeger(2^63))
