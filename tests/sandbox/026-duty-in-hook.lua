-- duty-in-hook
-- TRIES:  declares a duty in a hook
-- MUST:   refused
-- CLASS:  isolation
-- EXPECT: error
duty 'x' { }
