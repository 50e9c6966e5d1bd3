-- utf8-offset-extreme
-- TRIES:  offset with extreme values
-- MUST:   no read outside
-- CLASS:  memsafety
-- EXPECT: ok|error|bad-result
for _, n in ipairs { math.mininteger, -3, -1, 0, 1, 3, math.maxinteger } do utf8.offset('a\u{ac00}b', n) end
return 'safe'
