-- every-global
-- TRIES:  looks through its globals for a way out
-- MUST:   only what is on the list is there
-- CLASS:  escape
-- EXPECT: ok|error
local known = { assert=1, error=1, ipairs=1, pairs=1, select=1, tonumber=1, tostring=1, type=1, string=1, table=1, math=1,
  utf8=1, time=1, contains=1, log=1, params=1, plugin=1, asset_type=1, subject_type=1, duty=1, workflow=1, permit=1, forbid=1, need=1,
  owe=1, point=1, accept=1, reject=1, re=1, geo=1 }
for k in pairs(_ENV) do if not known[k] then return 'PWNED: ' .. k end end
return 'safe'
