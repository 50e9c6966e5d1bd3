-- gsub-empty
-- TRIES:  gsub of the empty pattern over a long text
-- MUST:   bounded
-- CLASS:  cpu-c
-- EXPECT: ok|budget|memory
return tostring(#(('a'):rep(20000):gsub('', '-')))
