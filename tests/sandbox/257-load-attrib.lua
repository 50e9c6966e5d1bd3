-- load-attrib
-- TRIES:  an attribute that does not exist
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
local x <evil> = 1
