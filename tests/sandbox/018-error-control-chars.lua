-- error-control-chars
-- TRIES:  raises a text that would forge a line of a log
-- MUST:   it is made printable
-- CLASS:  result
-- EXPECT: error
error('a\r\nHTTP/1.1 200 OK\27[2J\0', 0)
