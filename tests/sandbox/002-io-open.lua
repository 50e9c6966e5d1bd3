-- io-open
-- TRIES:  reads a file through io
-- MUST:   io is absent
-- CLASS:  escape
-- EXPECT: ok|error
if io then local f = io.open('/etc/passwd') return 'PWNED: ' .. f:read('a') end
return 'safe'
