-- error-long-message
-- TRIES:  raises a text of 30,000 bytes
-- MUST:   the message is cut
-- CLASS:  result
-- EXPECT: error|memory
error(('x'):rep(30000))
