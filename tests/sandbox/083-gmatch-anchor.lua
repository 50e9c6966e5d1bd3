-- gmatch-anchor
-- TRIES:  gmatch with an anchor over a long text
-- MUST:   bounded
-- CLASS:  cpu-c
-- EXPECT: ok|budget
for _ in ('a'):rep(30000):gmatch('^b') do return 'PWNED' end return 'safe'
