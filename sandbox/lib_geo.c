/* SPDX-License-Identifier: Apache-2.0 */
/* Distances, as conditions have them. The places of a commons are its rules' business: they do not
 * cross. */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <math.h>

#include "sandbox/meter.h"
#include "text/place.h"

static double
coordinate(lua_State *L, int i, const char *name)
{
	double d;

	lua_pushstring(L, name);
	lua_rawget(L, i);
	/* Texts are no numbers here. */
	d = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : NAN;
	lua_pop(L, 1);
	return d;
}

static struct hyk_point
arg(lua_State *L, int i)
{
	struct hyk_point p = { 0, 0 };

	if (lua_type(L, i) != LUA_TTABLE ||
	    !hyk_point_make(coordinate(L, i, "lat"), coordinate(L, i, "lon"), &p))
		luaL_argerror(L, i, "a point like { lat = 37.27, lon = 127.11 } expected");
	return p;
}

/* geo.distance(a, b): metres along the great circle, to the millimetre. */
int
hyk_lib_geo_distance(lua_State *L)
{
	struct hyk_point a, b;

	hyk_meter_charge(L, 16);
	a = arg(L, 1);
	b = arg(L, 2);
	lua_pushnumber(L, hyk_point_distance_m(a, b));
	return 1;
}
