-- log-flood
-- TRIES:  writes a million lines
-- MUST:   four lines, and it costs
-- CLASS:  cpu
-- EXPECT: budget
while true do log('x') end
