/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#define HYK_ALLOW(library, name, function, reason) { library, #name, hyk_lib_##function, reason },
#define HYK_ALLOW_NUMBER(library, name, push, reason) { library, #name, NULL, reason },
const struct hyk_allowed hyk_allowed[] = {
#include "sandbox/allow.def"
};
#undef HYK_ALLOW
#undef HYK_ALLOW_NUMBER
const size_t hyk_n_allowed = HYK_ARRAY_LEN(hyk_allowed);

static void
push_number(lua_State *L, const char *library, const char *name)
{
#define HYK_ALLOW(lib, n, function, reason)
#define HYK_ALLOW_NUMBER(lib, n, push, reason)                                                     \
	if (strcmp(library, lib) == 0 && strcmp(name, #n) == 0) {                                  \
		push;                                                                              \
		return;                                                                            \
	}
#include "sandbox/allow.def"
#undef HYK_ALLOW
#undef HYK_ALLOW_NUMBER
	lua_pushnil(L);
}

void
hyk_lib_open(lua_State *L)
{
	lua_newtable(L);
	for (size_t i = 0; i < hyk_n_allowed; i++) {
		const struct hyk_allowed *a = &hyk_allowed[i];

		if (a->library[0]) {
			lua_getfield(L, -1, a->library);
			if (lua_isnil(L, -1)) {
				lua_pop(L, 1);
				lua_newtable(L);
				lua_pushvalue(L, -1);
				lua_setfield(L, -3, a->library);
			}
		} else {
			lua_pushvalue(L, -1);
		}
		if (a->function)
			lua_pushcfunction(L, a->function);
		else
			push_number(L, a->library, a->name);
		lua_setfield(L, -2, a->name);
		lua_pop(L, 1);
	}
	/* Methods of texts: the same few functions, and no arithmetic. */
	lua_pushliteral(L, "");
	lua_newtable(L);
	lua_getfield(L, -3, "string");
	lua_setfield(L, -2, "__index");
	lua_setmetatable(L, -2);
	lua_pop(L, 1);
	lua_newtable(L);
	lua_setfield(L, -2, "params");
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}
