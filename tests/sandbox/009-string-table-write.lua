-- string-table-write
-- TRIES:  replaces string.format for the methods of texts
-- MUST:   only this call sees it
-- CLASS:  isolation
-- EXPECT: ok|error
string.format = function() return 'EVIL' end
string.upper = nil
return 'safe'
