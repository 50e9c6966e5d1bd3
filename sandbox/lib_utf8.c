/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: strict, so that what passes here also passes the check of answers. */
#include "sandbox/lib.h"

#include <lauxlib.h>

#include "base/utf8.h"
#include "sandbox/meter.h"

static struct hyk_str
arg(lua_State *L)
{
	size_t n;
	const char *s = luaL_checklstring(L, 1, &n);

	return hyk_str_make(s, n);
}

/* A position from 1, or negative from the end; 0 for one before the start. */
static lua_Integer
position(lua_Integer i, size_t n)
{
	if (i >= 0)
		return i;
	return i < -(lua_Integer)n ? 0 : (lua_Integer)n + i + 1;
}

static bool
is_inside(struct hyk_str s, size_t at)
{
	return at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80;
}

int
hyk_lib_utf8_char(lua_State *L)
{
	int n = lua_gettop(L);
	luaL_Buffer b;

	hyk_meter_charge(L, (uint64_t)n);
	luaL_buffinit(L, &b);
	for (int i = 1; i <= n; i++) {
		lua_Integer c = luaL_checkinteger(L, i);
		char out[4];
		size_t len = c < 0 || c > 0x10ffff ? 0 : hyk_utf8_encode((uint32_t)c, out);

		luaL_argcheck(L, len > 0, i, "value out of range");
		luaL_addlstring(&b, out, len);
	}
	luaL_pushresult(&b);
	return 1;
}

int
hyk_lib_utf8_len(lua_State *L)
{
	struct hyk_str s = arg(L);
	lua_Integer a = position(luaL_optinteger(L, 2, 1), s.n),
		    b = position(luaL_optinteger(L, 3, -1), s.n), n = 0;
	size_t at;

	luaL_argcheck(L, a >= 1 && a <= (lua_Integer)s.n + 1, 2, "initial position out of bounds");
	luaL_argcheck(L, b <= (lua_Integer)s.n, 3, "final position out of bounds");
	hyk_meter_charge(L, 1 + s.n / 4);
	for (at = (size_t)a - 1; (lua_Integer)at < b; n++) {
		size_t was = at;

		if (hyk_utf8_next(s, &at) == HYK_UTF8_INVALID) {
			lua_pushnil(L);
			lua_pushinteger(L, (lua_Integer)was + 1);
			return 2;
		}
	}
	lua_pushinteger(L, n);
	return 1;
}

int
hyk_lib_utf8_codepoint(lua_State *L)
{
	struct hyk_str s = arg(L);
	lua_Integer a = position(luaL_optinteger(L, 2, 1), s.n),
		    b = position(luaL_optinteger(L, 3, a), s.n);
	int n = 0;

	luaL_argcheck(L, a >= 1, 2, "out of bounds");
	luaL_argcheck(L, b <= (lua_Integer)s.n, 3, "out of bounds");
	if (a > b)
		return 0;
	hyk_meter_charge(L, (uint64_t)(b - a) + 1);
	if (b - a >= 4096)
		return luaL_error(L, "string slice too long");
	luaL_checkstack(L, (int)(b - a) + 1, "string slice too long");
	for (size_t at = (size_t)a - 1; (lua_Integer)at < b; n++) {
		uint32_t c = hyk_utf8_next(s, &at);

		if (c == HYK_UTF8_INVALID)
			return luaL_error(L, "invalid UTF-8 code");
		lua_pushinteger(L, c);
	}
	return n;
}

int
hyk_lib_utf8_offset(lua_State *L)
{
	struct hyk_str s = arg(L);
	lua_Integer n = luaL_checkinteger(L, 2), from = n > 0 ? 1 : (lua_Integer)s.n + 1;
	size_t at;

	from = position(luaL_optinteger(L, 3, from), s.n);
	luaL_argcheck(L, from >= 1 && from <= (lua_Integer)s.n + 1, 3, "position out of bounds");
	at = (size_t)from - 1;
	hyk_meter_charge(L, 1 + s.n / 4);
	if (n == 0) {
		while (at > 0 && is_inside(s, at))
			at--;
	} else {
		if (is_inside(s, at))
			return luaL_error(L, "initial position is a continuation byte");
		for (; n < 0 && at > 0; n++)
			do
				at--;
			while (at > 0 && is_inside(s, at));
		if (n > 0)
			n--;
		for (; n > 0 && at < s.n; n--)
			do
				at++;
			while (is_inside(s, at));
	}
	if (n == 0)
		lua_pushinteger(L, (lua_Integer)at + 1);
	else
		lua_pushnil(L);
	return 1;
}
