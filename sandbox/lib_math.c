/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: what IEEE 754 rounds the same everywhere; nothing transcendental, nothing random. */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <math.h>

#include "sandbox/meter.h"

static void
push_rounded(lua_State *L, double d)
{
	/* Both bounds are exact doubles; the upper one is past the last integer. */
	if (d >= -9223372036854775808.0 && d < 9223372036854775808.0)
		lua_pushinteger(L, (lua_Integer)d);
	else
		lua_pushnumber(L, d);
}

int
hyk_lib_math_floor(lua_State *L)
{
	if (lua_isinteger(L, 1))
		lua_settop(L, 1);
	else
		push_rounded(L, floor(luaL_checknumber(L, 1)));
	return 1;
}

int
hyk_lib_math_ceil(lua_State *L)
{
	if (lua_isinteger(L, 1))
		lua_settop(L, 1);
	else
		push_rounded(L, ceil(luaL_checknumber(L, 1)));
	return 1;
}

int
hyk_lib_math_abs(lua_State *L)
{
	if (lua_isinteger(L, 1)) {
		lua_Integer i = lua_tointeger(L, 1);

		lua_pushinteger(L, i < 0 ? (lua_Integer)(0u - (lua_Unsigned)i) : i);
	} else {
		lua_pushnumber(L, fabs(luaL_checknumber(L, 1)));
	}
	return 1;
}

int
hyk_lib_math_fmod(lua_State *L)
{
	if (lua_isinteger(L, 1) && lua_isinteger(L, 2)) {
		lua_Integer d = lua_tointeger(L, 2);

		luaL_argcheck(L, d != 0, 2, "zero");
		/* The least integer has no opposite. */
		lua_pushinteger(L, d == -1 ? 0 : lua_tointeger(L, 1) % d);
	} else {
		double x = luaL_checknumber(L, 1), y = luaL_checknumber(L, 2);

		/* It works bit by bit of the difference of the exponents. */
		hyk_meter_charge(L, 64);
		lua_pushnumber(L, fmod(x, y));
	}
	return 1;
}

int
hyk_lib_math_modf(lua_State *L)
{
	double d, whole;

	if (lua_isinteger(L, 1)) {
		lua_settop(L, 1);
		lua_pushnumber(L, 0);
		return 2;
	}
	d = luaL_checknumber(L, 1);
	whole = trunc(d);
	push_rounded(L, whole);
	if (lua_isinteger(L, -1)) {
		lua_pop(L, 1);
		lua_pushnumber(L, whole);
	}
	lua_pushnumber(L, isinf(d) ? 0.0 : d - whole);
	return 2;
}

int
hyk_lib_math_sqrt(lua_State *L)
{
	lua_pushnumber(L, sqrt(luaL_checknumber(L, 1)));
	return 1;
}

static int
extreme(lua_State *L, bool most)
{
	int n = lua_gettop(L), best = 1;

	luaL_argcheck(L, n >= 1, 1, "number expected, got no value");
	hyk_meter_charge(L, (uint64_t)n);
	for (int i = 1; i <= n; i++) {
		luaL_checktype(L, i, LUA_TNUMBER);
		if (most ? lua_compare(L, best, i, LUA_OPLT) : lua_compare(L, i, best, LUA_OPLT))
			best = i;
	}
	lua_pushvalue(L, best);
	return 1;
}

int
hyk_lib_math_max(lua_State *L)
{
	return extreme(L, true);
}

int
hyk_lib_math_min(lua_State *L)
{
	return extreme(L, false);
}

int
hyk_lib_math_tointeger(lua_State *L)
{
	int exact = 0;
	lua_Integer i = 0;

	luaL_checkany(L, 1);
	if (lua_type(L, 1) == LUA_TNUMBER)
		i = lua_tointegerx(L, 1, &exact);
	if (exact)
		lua_pushinteger(L, i);
	else
		lua_pushnil(L);
	return 1;
}

int
hyk_lib_math_type(lua_State *L)
{
	luaL_checkany(L, 1);
	if (lua_type(L, 1) != LUA_TNUMBER)
		lua_pushnil(L);
	else
		lua_pushstring(L, lua_isinteger(L, 1) ? "integer" : "float");
	return 1;
}

int
hyk_lib_math_ult(lua_State *L)
{
	lua_pushboolean(
	    L, (lua_Unsigned)luaL_checkinteger(L, 1) < (lua_Unsigned)luaL_checkinteger(L, 2));
	return 1;
}
