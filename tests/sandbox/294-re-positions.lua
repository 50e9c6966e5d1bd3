-- re-positions
-- TRIES:  positions outside the text
-- MUST:   an error
-- CLASS:  result
-- EXPECT: error
re.find('abc', 'b', math.maxinteger)
return 'PWNED'
