/* SPDX-License-Identifier: Apache-2.0 */
/* Texts: everything but format, which has a file of its own. */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <string.h>

#include "sandbox/meter.h"
#include "sandbox/pattern.h"

static struct hyk_str
arg(lua_State *L, int i)
{
	size_t n;
	const char *s = luaL_checklstring(L, i, &n);

	return hyk_str_make(s, n);
}

/* Lua's positions: from 1, negative from the end; the result is from 1, or 0 when before the start.
 */
static size_t
start_of(lua_Integer i, size_t n)
{
	if (i > 0)
		return (lua_Unsigned)i > n + 1 ? n + 1 : (size_t)i;
	if (i == 0 || i < -(lua_Integer)n)
		return 1;
	return n + (size_t)(i + 1);
}

static size_t
end_of(lua_Integer i, size_t n)
{
	if (i > (lua_Integer)n)
		return n;
	if (i >= 0)
		return (size_t)i;
	if (i < -(lua_Integer)n)
		return 0;
	return n + (size_t)(i + 1);
}

int
hyk_lib_string_len(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)arg(L, 1).n);
	return 1;
}

int
hyk_lib_string_sub(lua_State *L)
{
	struct hyk_str s = arg(L, 1);
	size_t a = start_of(luaL_checkinteger(L, 2), s.n),
	       b = end_of(luaL_optinteger(L, 3, -1), s.n);

	if (a > b) {
		lua_pushliteral(L, "");
		return 1;
	}
	hyk_meter_charge_bytes(L, b - a + 1);
	lua_pushlstring(L, s.p + a - 1, b - a + 1);
	return 1;
}

/* A result of n bytes in one block, so that it must fit the largest. */
static char *
result_begin(lua_State *L, luaL_Buffer *b, size_t n)
{
	hyk_meter_charge_bytes(L, n);
	return luaL_buffinitsize(L, b, n);
}

int
hyk_lib_string_reverse(lua_State *L)
{
	struct hyk_str s = arg(L, 1);
	luaL_Buffer b;
	char *p = result_begin(L, &b, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[s.n - 1 - i];
	luaL_pushresultsize(&b, s.n);
	return 1;
}

int
hyk_lib_string_lower(lua_State *L)
{
	struct hyk_str s = arg(L, 1);
	luaL_Buffer b;
	char *p = result_begin(L, &b, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
	luaL_pushresultsize(&b, s.n);
	return 1;
}

int
hyk_lib_string_upper(lua_State *L)
{
	struct hyk_str s = arg(L, 1);
	luaL_Buffer b;
	char *p = result_begin(L, &b, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 32 : s.p[i]);
	luaL_pushresultsize(&b, s.n);
	return 1;
}

int
hyk_lib_string_rep(lua_State *L)
{
	struct hyk_str s = arg(L, 1), sep = { "", 0 };
	lua_Integer times = luaL_checkinteger(L, 2);
	size_t each, total;
	luaL_Buffer b;
	char *p;

	if (!lua_isnoneornil(L, 3))
		sep = arg(L, 3);
	each = s.n + sep.n;
	if (times <= 0 || each == 0) {
		lua_pushliteral(L, "");
		return 1;
	}
	if ((lua_Unsigned)times > HYK_METER_MAX_BLOCK / each)
		return luaL_error(L, "resulting string too large");
	total = (size_t)times * s.n + ((size_t)times - 1) * sep.n;
	p = result_begin(L, &b, total);
	/* One round, then twice as much each time: the number of rounds costs nothing. */
	memcpy(p, s.p, s.n);
	memcpy(p + s.n, sep.p, total - s.n < sep.n ? total - s.n : sep.n);
	for (size_t n = each; n < total; n *= 2)
		memcpy(p + n, p, total - n < n ? total - n : n);
	luaL_pushresultsize(&b, total);
	return 1;
}

int
hyk_lib_string_byte(lua_State *L)
{
	struct hyk_str s = arg(L, 1);
	lua_Integer from = luaL_optinteger(L, 2, 1);
	size_t a = start_of(from, s.n), b = end_of(luaL_optinteger(L, 3, (lua_Integer)a), s.n);

	if (a > b)
		return 0;
	hyk_meter_charge(L, b - a + 1);
	if (b - a >= 4096)
		return luaL_error(L, "string slice too long");
	luaL_checkstack(L, (int)(b - a + 1), "string slice too long");
	for (size_t i = a; i <= b; i++)
		lua_pushinteger(L, (unsigned char)s.p[i - 1]);
	return (int)(b - a + 1);
}

int
hyk_lib_string_char(lua_State *L)
{
	int n = lua_gettop(L);
	luaL_Buffer b;
	char *p;

	hyk_meter_charge(L, (uint64_t)n);
	p = luaL_buffinitsize(L, &b, (size_t)n);
	for (int i = 1; i <= n; i++) {
		lua_Integer c = luaL_checkinteger(L, i);

		luaL_argcheck(L, c >= 0 && c <= 255, i, "value out of range");
		p[i - 1] = (char)(unsigned char)c;
	}
	luaL_pushresultsize(&b, (size_t)n);
	return 1;
}

static bool
is_plain(lua_State *L, struct hyk_str p)
{
	hyk_meter_charge(L, p.n / 32);
	for (size_t i = 0; i < p.n; i++)
		if (p.p[i] && strchr("^$*+?.([%-", p.p[i]))
			return false;
	return true;
}

static int
find(lua_State *L, bool wants_positions)
{
	struct hyk_str s = arg(L, 1), p = arg(L, 2);
	lua_Integer init = luaL_optinteger(L, 3, 1);
	size_t from = start_of(init, s.n) - 1;
	bool anchored;
	struct hyk_pattern m;

	if (init > (lua_Integer)s.n + 1) {
		lua_pushnil(L);
		return 1;
	}
	if (wants_positions && (lua_toboolean(L, 4) || is_plain(L, p))) {
		const char *at;

		hyk_meter_charge(L, 1 + (s.n - from + p.n) / 4);
		at = p.n == 0 ? s.p + from : memmem(s.p + from, s.n - from, p.p, p.n);
		if (!at) {
			lua_pushnil(L);
			return 1;
		}
		lua_pushinteger(L, at - s.p + 1);
		lua_pushinteger(L, at - s.p + (lua_Integer)p.n);
		return 2;
	}
	anchored = p.n > 0 && p.p[0] == '^';
	if (anchored)
		p = hyk_str_make(p.p + 1, p.n - 1);
	hyk_pattern_init(&m, L, s, p);
	for (const char *at = s.p + from; at <= m.text_end; at++) {
		const char *end = hyk_pattern_match(&m, at);

		if (end && wants_positions) {
			lua_pushinteger(L, at - s.p + 1);
			lua_pushinteger(L, end - s.p);
			return 2 + hyk_pattern_push_captures(&m, NULL, NULL, false);
		}
		if (end)
			return hyk_pattern_push_captures(&m, at, end, true);
		if (anchored)
			break;
	}
	lua_pushnil(L);
	return 1;
}

int
hyk_lib_string_find(lua_State *L)
{
	return find(L, true);
}

int
hyk_lib_string_match(lua_State *L)
{
	return find(L, false);
}

/* Upvalues: text, pattern, offset to go on from, offset of the last end (so that an empty match
 * moves on). */
static int
next_match(lua_State *L)
{
	struct hyk_str s, p;
	lua_Integer from = lua_tointeger(L, lua_upvalueindex(3)),
		    last = lua_tointeger(L, lua_upvalueindex(4));
	struct hyk_pattern m;

	s.p = lua_tolstring(L, lua_upvalueindex(1), &s.n);
	p.p = lua_tolstring(L, lua_upvalueindex(2), &p.n);
	hyk_pattern_init(&m, L, s, p);
	for (const char *at = s.p + from; at <= m.text_end; at++) {
		const char *end = hyk_pattern_match(&m, at);

		if (end && end - s.p != last) {
			lua_pushinteger(L, end - s.p);
			lua_pushvalue(L, -1);
			lua_replace(L, lua_upvalueindex(3));
			lua_replace(L, lua_upvalueindex(4));
			return hyk_pattern_push_captures(&m, at, end, true);
		}
	}
	lua_pushinteger(L, (lua_Integer)s.n + 1);
	lua_replace(L, lua_upvalueindex(3));
	return 0;
}

int
hyk_lib_string_gmatch(lua_State *L)
{
	struct hyk_str s = arg(L, 1);
	lua_Integer init;

	arg(L, 2);
	init = luaL_optinteger(L, 3, 1);
	lua_settop(L, 2);
	lua_pushinteger(L,
	    init > (lua_Integer)s.n + 1 ? (lua_Integer)s.n + 1
					: (lua_Integer)start_of(init, s.n) - 1);
	lua_pushinteger(L, -1);
	lua_pushcclosure(L, next_match, 4);
	return 1;
}

/* The replacement text with %0 to %9 and %% filled in. */
static void
add_text(struct hyk_pattern *m, luaL_Buffer *b, struct hyk_str r, const char *s, const char *e)
{
	for (size_t i = 0; i < r.n; i++) {
		if (r.p[i] != '%') {
			luaL_addchar(b, r.p[i]);
			continue;
		}
		i++;
		if (i < r.n && r.p[i] == '%') {
			luaL_addchar(b, '%');
		} else if (i < r.n && r.p[i] == '0') {
			hyk_meter_charge_bytes(m->L, (size_t)(e - s));
			luaL_addlstring(b, s, (size_t)(e - s));
		} else if (i < r.n && r.p[i] >= '1' && r.p[i] <= '9') {
			hyk_pattern_push_capture(m, r.p[i] - '1', s, e);
			lua_tolstring(m->L, -1, NULL); /* a position becomes text */
			luaL_addvalue(b);
		} else {
			luaL_error(m->L, "invalid use of '%%' in replacement string");
		}
	}
}

/* True: something was put in the place of the match. */
static bool
add_replacement(struct hyk_pattern *m, luaL_Buffer *b, int type, const char *s, const char *e)
{
	lua_State *L = m->L;

	if (type == LUA_TNUMBER || type == LUA_TSTRING) {
		struct hyk_str r;

		r.p = lua_tolstring(L, 3, &r.n);
		hyk_meter_charge(L, 1 + r.n / 4);
		add_text(m, b, r, s, e);
		return true;
	}
	if (type == LUA_TTABLE) {
		hyk_pattern_push_capture(m, 0, s, e);
		lua_rawget(L, 3);
	} else {
		lua_pushvalue(L, 3);
		/* The script may run anything here; the pattern's state is ours and stays. */
		lua_call(L, hyk_pattern_push_captures(m, s, e, true), 1);
	}
	if (!lua_toboolean(L, -1)) {
		lua_pop(L, 1);
		hyk_meter_charge_bytes(L, (size_t)(e - s));
		luaL_addlstring(b, s, (size_t)(e - s));
		return false;
	}
	if (!lua_isstring(L, -1))
		luaL_error(L, "invalid replacement value (a %s)", lua_typename(L, lua_type(L, -1)));
	lua_tolstring(L, -1, NULL);
	hyk_meter_charge_bytes(L, (size_t)lua_rawlen(L, -1));
	luaL_addvalue(b);
	return true;
}

int
hyk_lib_string_gsub(lua_State *L)
{
	struct hyk_str s = arg(L, 1), p = arg(L, 2);
	int type = lua_type(L, 3);
	lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)s.n + 1), n = 0;
	bool anchored = p.n > 0 && p.p[0] == '^', changed = false;
	const char *at = s.p, *last = NULL;
	struct hyk_pattern m;
	luaL_Buffer b;

	luaL_argcheck(L,
	    type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE ||
		type == LUA_TFUNCTION,
	    3, "string/function/table expected");
	if (type == LUA_TNUMBER)
		lua_tolstring(L, 3, NULL);
	lua_settop(L, 4);
	if (anchored)
		p = hyk_str_make(p.p + 1, p.n - 1);
	hyk_pattern_init(&m, L, s, p);
	luaL_buffinit(L, &b);
	while (n < most) {
		const char *end = hyk_pattern_match(&m, at);

		if (end && end != last) {
			n++;
			changed = add_replacement(&m, &b, type, at, end) || changed;
			at = last = end;
		} else if (at < m.text_end) {
			luaL_addchar(&b, *at);
			at++;
		} else {
			break;
		}
		if (anchored)
			break;
	}
	if (!changed) {
		lua_pushvalue(L, 1);
	} else {
		hyk_meter_charge_bytes(L, (size_t)(m.text_end - at));
		luaL_addlstring(&b, at, (size_t)(m.text_end - at));
		luaL_pushresult(&b);
	}
	lua_pushinteger(L, n);
	return 2;
}
