-- re-cache-timing
-- TRIES:  patterns of another call, seen by what they cost
-- MUST:   the same cost
-- CLASS:  result
-- EXPECT: ok
for i = 1, 20 do re.match('x', 'k' .. i) end
return 'safe'
