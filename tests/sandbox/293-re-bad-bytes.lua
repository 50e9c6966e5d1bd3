-- re-bad-bytes
-- TRIES:  text that is no UTF-8, and NUL
-- MUST:   no crash
-- CLASS:  result
-- EXPECT: ok|error
local s = ('\xff\x00\xed\xa0\x80'):rep(1000)
re.find(s, '.')
re.replace(s, '\\x{ff}|\\x00', '')
return 'safe'
