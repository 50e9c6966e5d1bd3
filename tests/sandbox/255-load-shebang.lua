-- load-shebang
-- TRIES:  a first line that is no Lua
-- MUST:   refused
-- CLASS:  load
-- EXPECT: reject-load
return 1 #!/bin/sh
