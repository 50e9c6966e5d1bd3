-- table-concat-maxint
-- TRIES:  concat up to the largest integer
-- MUST:   an error
-- CLASS:  cpu-c
-- EXPECT: error|budget|memory
return table.concat({ 'a' }, '', math.maxinteger - 1, math.maxinteger)
