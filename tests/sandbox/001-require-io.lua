-- require-io
-- TRIES:  loads a library by require
-- MUST:   require is absent
-- CLASS:  escape
-- EXPECT: ok|error
if require then return 'PWNED: ' .. tostring(require('io')) end
return 'safe'
