-- load-close
-- TRIES:  leaves the body by an end of its own
-- MUST:   refused: a body is not text between words
-- CLASS:  load
-- EXPECT: reject-load
end evil = true do
