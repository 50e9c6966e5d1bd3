-- plugin-in-hook
-- TRIES:  declares a plugin in a hook
-- MUST:   refused
-- CLASS:  isolation
-- EXPECT: error
plugin { name = 'evil' }
