-- gsub-max-n
-- TRIES:  gsub with extreme counts
-- MUST:   no overflow
-- CLASS:  memsafety
-- EXPECT: ok|error
('abc'):gsub('.', 'x', math.maxinteger) ('abc'):gsub('.', 'x', math.mininteger) ('abc'):gsub('.', 'x', -1)
return 'safe'
