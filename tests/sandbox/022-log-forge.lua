-- log-forge
-- TRIES:  writes a forged line by log
-- MUST:   lines stay lines
-- CLASS:  escape
-- EXPECT: ok|error
log('a\nlevel=error forged') log('\27]0;x\7') log(('x'):rep(30000)) for i = 1, 100 do log(i) end
return 'safe'
