-- string-index-walk
-- TRIES:  walks from a text to functions that are not offered
-- MUST:   only the offered functions are methods
-- CLASS:  escape
-- EXPECT: ok|error
local s = 'x'
for _, k in ipairs { 'dump', 'pack', 'unpack', 'packsize', '__index', '__gc', '__add' } do
  if s[k] then return 'PWNED: ' .. k end
end
return 'safe'
