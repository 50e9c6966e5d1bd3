-- pattern-init-extreme
-- TRIES:  find with extreme positions
-- MUST:   no read outside
-- CLASS:  memsafety
-- EXPECT: ok|error
for _, i in ipairs { math.mininteger, -1, 0, 1, 5, 6, math.maxinteger } do
  ('hello'):find('l', i) ('hello'):match('.', i) ('hello'):find('', i) ('hello'):find('l', i, true)
  for _ in ('hello'):gmatch('.', i) do end
end
return 'safe'
