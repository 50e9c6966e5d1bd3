-- pattern-percent-end
-- TRIES:  ends with %
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', 'x%')
