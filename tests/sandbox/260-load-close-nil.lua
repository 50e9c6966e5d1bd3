-- load-close-nil
-- TRIES:  a variable to be closed that is nil
-- MUST:   nothing happens
-- CLASS:  memsafety
-- EXPECT: ok
local x <close> = nil return 'safe'
