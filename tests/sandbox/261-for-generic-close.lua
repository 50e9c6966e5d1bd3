-- for-generic-close
-- TRIES:  gives a closing value to a generic loop
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error|ok
for a in function() end, nil, nil, {} do end return 'safe'
