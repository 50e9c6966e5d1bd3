-- pattern-set-percent
-- TRIES:  a set that ends in %
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', '[x%')
