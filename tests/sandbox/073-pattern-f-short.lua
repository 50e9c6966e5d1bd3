-- pattern-f-short
-- TRIES:  %f without a set
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return string.match('xx', '%fx')
