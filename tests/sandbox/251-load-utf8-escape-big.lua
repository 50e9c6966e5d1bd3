-- load-utf8-escape-big
-- TRIES:  an escape over the last code point
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load|ok|bad-result
return '\u{7FFFFFFF}'
