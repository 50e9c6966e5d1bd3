-- error-bad-utf8
-- TRIES:  raises a text that is not UTF-8
-- MUST:   it is made printable
-- CLASS:  result
-- EXPECT: error
error('\xff\xfe\xc0\x80\xed\xa0\x80', 0)
