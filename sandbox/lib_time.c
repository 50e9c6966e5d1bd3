/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times cross the wall as RFC 3339 texts ("2026-05-09T05:00:00Z") and are
 * reckoned here; there is no clock. Local time needs zone files, which the
 * jail cannot read: hooks reckon in spans and instants only.
 */
#include "sandbox/lib.h"

#include <lauxlib.h>

#include "sandbox/meter.h"
#include "value/value.h"

static struct hyk_value
arg(lua_State *L, int i)
{
	struct hyk_value v = { 0 };
	size_t n;
	const char *s = luaL_checklstring(L, i, &n);

	hyk_meter_charge(L, 4);
	if (n > 64 || !hyk_timestamp_parse(hyk_str_make(s, n), &v))
		luaL_argerror(L, i, "a time like '2026-05-09T05:00:00Z' expected");
	return v;
}

/* From the first to the second, in units of `seconds`. */
static int
span(lua_State *L, double seconds)
{
	struct hyk_value a = arg(L, 1), b = arg(L, 2);
	int64_t s = b.as.i - a.as.i;
	int64_t ns = (int64_t)b.n - (int64_t)a.n;

	lua_pushnumber(L, ((double)s + (double)ns / 1e9) / seconds);
	return 1;
}

int
hyk_lib_time_seconds(lua_State *L)
{
	return span(L, 1);
}

int
hyk_lib_time_minutes(lua_State *L)
{
	return span(L, 60);
}

int
hyk_lib_time_hours(lua_State *L)
{
	return span(L, 3600);
}

int
hyk_lib_time_days(lua_State *L)
{
	return span(L, 86400);
}

int
hyk_lib_time_before(lua_State *L)
{
	struct hyk_value a = arg(L, 1), b = arg(L, 2);

	lua_pushboolean(L, a.as.i < b.as.i || (a.as.i == b.as.i && a.n < b.n));
	return 1;
}

int
hyk_lib_time_plus(lua_State *L)
{
	struct hyk_value v = arg(L, 1);
	lua_Integer add = luaL_checkinteger(L, 2);
	char out[40];
	int64_t s;

	/* Years 0001 to 9999, as everywhere. */
	if (__builtin_add_overflow(v.as.i, add, &s) || s < HYK_TIMESTAMP_MIN_S || s > HYK_TIMESTAMP_MAX_S)
		return luaL_argerror(L, 2, "the time would be outside the years 1 to 9999");
	lua_pushlstring(L, out, hyk_timestamp_format(hyk_timestamp(s, v.n), out));
	return 1;
}
