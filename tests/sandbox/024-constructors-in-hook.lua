-- constructors-in-hook
-- TRIES:  declares in a hook
-- MUST:   refused
-- CLASS:  isolation
-- EXPECT: error
asset_type { name = 'evil' }
