/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: raw reads and writes only, so no length can lie. */
#include "sandbox/lib.h"

#include <lauxlib.h>

#include "sandbox/meter.h"

static lua_Integer
length(lua_State *L, int i)
{
	luaL_checktype(L, i, LUA_TTABLE);
	return (lua_Integer)lua_rawlen(L, i);
}

int
hyk_lib_table_insert(lua_State *L)
{
	lua_Integer e = length(L, 1) + 1, at;

	switch (lua_gettop(L)) {
	case 2:
		at = e;
		break;
	case 3:
		at = luaL_checkinteger(L, 2);
		luaL_argcheck(
		    L, (lua_Unsigned)at - 1u < (lua_Unsigned)e, 2, "position out of bounds");
		break;
	default:
		return luaL_error(L, "wrong number of arguments to 'insert'");
	}
	hyk_meter_charge(L, 1 + (uint64_t)(e - at));
	for (lua_Integer i = e; i > at; i--) {
		lua_rawgeti(L, 1, i - 1);
		lua_rawseti(L, 1, i);
	}
	lua_rawseti(L, 1, at);
	return 0;
}

int
hyk_lib_table_remove(lua_State *L)
{
	lua_Integer n = length(L, 1), at = luaL_optinteger(L, 2, n);

	if (at != n)
		luaL_argcheck(
		    L, (lua_Unsigned)at - 1u <= (lua_Unsigned)n, 2, "position out of bounds");
	hyk_meter_charge(L, 1 + (uint64_t)(at < n ? n - at : 0));
	lua_rawgeti(L, 1, at);
	for (; at < n; at++) {
		lua_rawgeti(L, 1, at + 1);
		lua_rawseti(L, 1, at);
	}
	lua_pushnil(L);
	lua_rawseti(L, 1, at);
	return 1;
}

int
hyk_lib_table_concat(lua_State *L)
{
	lua_Integer n = length(L, 1), from, to;
	size_t sep_n;
	const char *sep = luaL_optlstring(L, 2, "", &sep_n);
	luaL_Buffer b;

	from = luaL_optinteger(L, 3, 1);
	to = luaL_optinteger(L, 4, n);
	luaL_buffinit(L, &b);
	for (lua_Integer i = from; i <= to; i++) {
		hyk_meter_charge(L, 1 + sep_n / 16);
		lua_rawgeti(L, 1, i);
		if (!lua_isstring(L, -1))
			return luaL_error(
			    L, "invalid value (at index %I) in table for 'concat'", (LUAI_UACINT)i);
		lua_tolstring(L, -1, NULL);
		hyk_meter_charge_bytes(L, (size_t)lua_rawlen(L, -1));
		luaL_addvalue(&b);
		if (i == to)
			break;
		luaL_addlstring(&b, sep, sep_n);
	}
	luaL_pushresult(&b);
	return 1;
}

int
hyk_lib_table_pack(lua_State *L)
{
	int n = lua_gettop(L);

	hyk_meter_charge(L, (uint64_t)n);
	lua_createtable(L, n, 1);
	lua_insert(L, 1);
	for (int i = n; i >= 1; i--)
		lua_rawseti(L, 1, i);
	lua_pushinteger(L, n);
	lua_setfield(L, 1, "n");
	return 1;
}

int
hyk_lib_table_unpack(lua_State *L)
{
	lua_Integer n = length(L, 1), from = luaL_optinteger(L, 2, 1),
		    to = luaL_optinteger(L, 3, n);
	lua_Unsigned count;

	if (from > to)
		return 0;
	count = (lua_Unsigned)to - (lua_Unsigned)from;
	if (count >= 4096)
		return luaL_error(L, "too many results to unpack");
	hyk_meter_charge(L, count + 1);
	luaL_checkstack(L, (int)count + 1, "too many results to unpack");
	for (lua_Unsigned i = 0; i <= count; i++)
		lua_rawgeti(L, 1, (lua_Integer)((lua_Unsigned)from + i));
	return (int)count + 1;
}

/* Is the value at stack place a before that at b? Runs the script's function when there is one. */
static bool
is_before(lua_State *L, int a, int b)
{
	bool res;

	hyk_meter_charge(L, 2);
	if (lua_isnil(L, 2))
		return lua_compare(L, a, b, LUA_OPLT);
	lua_pushvalue(L, 2);
	lua_pushvalue(L, a < 0 ? a - 1 : a);
	lua_pushvalue(L, b < 0 ? b - 2 : b);
	lua_call(L, 2, 1);
	res = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return res;
}

/*
 * Heap sort: n log n whatever the script's function answers, no recursion,
 * never outside 1..n. The same answers give the same order in every process.
 */
static void
sift(lua_State *L, lua_Integer root, lua_Integer n)
{
	for (;;) {
		lua_Integer child = 2 * root;

		if (child > n)
			return;
		lua_rawgeti(L, 1, child);
		if (child < n) {
			lua_rawgeti(L, 1, child + 1);
			if (is_before(L, -2, -1)) {
				child++;
				lua_remove(L, -2);
			} else {
				lua_pop(L, 1);
			}
		}
		lua_rawgeti(L, 1, root);
		if (!is_before(L, -1, -2)) {
			lua_pop(L, 2);
			return;
		}
		lua_rawseti(L, 1, child);
		lua_rawseti(L, 1, root);
		root = child;
	}
}

int
hyk_lib_table_sort(lua_State *L)
{
	lua_Integer n = length(L, 1);

	if (!lua_isnoneornil(L, 2))
		luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_settop(L, 2);
	luaL_checkstack(L, 8, "");
	hyk_meter_charge(L, 1 + (uint64_t)n);
	for (lua_Integer i = n / 2; i >= 1; i--)
		sift(L, i, n);
	for (lua_Integer i = n; i > 1; i--) {
		lua_rawgeti(L, 1, 1);
		lua_rawgeti(L, 1, i);
		lua_rawseti(L, 1, 1);
		lua_rawseti(L, 1, i);
		sift(L, 1, i - 1);
	}
	return 0;
}
