-- load-binary
-- TRIES:  compiles a binary text
-- MUST:   load is absent
-- CLASS:  escape
-- EXPECT: ok|error
if load then load('\27Lua', 'x', 'b') return 'PWNED: load' end
return 'safe'
