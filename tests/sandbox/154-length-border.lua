-- length-border
-- TRIES:  asks for lengths of tables with holes
-- MUST:   any border, the same everywhere
-- CLASS:  determinism
-- EXPECT: same
-- REPEAT: 3
local s = '' for n = 1, 40 do local t = {} for i = 1, n do if i % 3 > 0 then t[i] = 1 end end s = s .. #t .. ',' end return s
