-- sort-raise
-- TRIES:  raises within the order
-- MUST:   the error passes
-- CLASS:  memsafety
-- EXPECT: error
table.sort({ 3, 2, 1 }, function() error('x', 0) end)
