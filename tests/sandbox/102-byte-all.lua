-- byte-all
-- TRIES:  byte of a whole long text
-- MUST:   an error or charged
-- CLASS:  memsafety
-- EXPECT: error|memory|budget
return (('a'):rep(30000):byte(1, -1))
