-- pattern-set-range-end
-- TRIES:  a range without an end
-- MUST:   no read past the end
-- CLASS:  memsafety
-- EXPECT: error|ok
return tostring(string.match('x]', '[a-]')) .. tostring(string.match('-', '[a-'))
