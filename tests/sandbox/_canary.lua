-- What an honest plugin relies on; answers 'allow' before and after every hostile one.
local ok = ('ab'):upper() == 'AB' and string.format('%d-%s', 7, 'x') == '7-x' and math.floor(2.7) == 2 and #math == 0
  and tostring(12) == '12' and table.concat({ 1, 2 }, ',') == '1,2' and params.cap == nil and params.stolen == nil
if req then ok = ok and req.role == 'member' and req.subject == 'alice@example.net' and req.amount == 42 and req[1] == nil end
return ok and 'allow' or 'deny'
