/* SPDX-License-Identifier: Apache-2.0 */
/* assert, error, ipairs, pairs, select, tonumber, tostring, type. */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "sandbox/meter.h"

int
hyk_lib_base_assert(lua_State *L)
{
	luaL_checkany(L, 1);
	if (lua_toboolean(L, 1))
		return lua_gettop(L);
	if (lua_gettop(L) == 1)
		return luaL_error(L, "assertion failed!");
	lua_settop(L, 2);
	return lua_error(L);
}

int
hyk_lib_base_error(lua_State *L)
{
	lua_Integer level = luaL_optinteger(L, 2, 1);

	lua_settop(L, 1);
	if (lua_type(L, 1) == LUA_TSTRING && level > 0 && level < 100) {
		luaL_where(L, (int)level);
		lua_pushvalue(L, 1);
		lua_concat(L, 2);
	}
	return lua_error(L);
}

static int
next_item(lua_State *L)
{
	lua_Integer i = luaL_checkinteger(L, 2);

	luaL_checktype(L, 1, LUA_TTABLE);
	if (i == LUA_MAXINTEGER)
		return 0;
	hyk_meter_charge(L, 1);
	lua_pushinteger(L, i + 1);
	return lua_rawgeti(L, 1, i + 1) == LUA_TNIL ? 1 : 2;
}

int
hyk_lib_base_ipairs(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	lua_pushcfunction(L, next_item);
	lua_insert(L, 1);
	lua_pushinteger(L, 0);
	return 3;
}

static _Thread_local struct hyk_sort_key keys[HYK_MAX_KEYS];

/* Numbers by value, an integer before the float it equals; then texts; then false, true. */
static int
compare_keys(const struct hyk_sort_key *a, const struct hyk_sort_key *b)
{
	static const int rank[] = { 0, 0, 1, 2 };

	if (rank[a->kind] != rank[b->kind])
		return rank[a->kind] - rank[b->kind];
	switch ((enum hyk_key_kind)a->kind) {
	case HYK_KEY_STRING:
		return hyk_str_cmp(
		    hyk_str_make(a->as.s.p, a->as.s.n), hyk_str_make(b->as.s.p, b->as.s.n));
	case HYK_KEY_BOOL:
		return (a->as.i > b->as.i) - (a->as.i < b->as.i);
	case HYK_KEY_INT:
	case HYK_KEY_FLOAT: {
		double x = a->kind == HYK_KEY_INT ? (double)a->as.i : a->as.d;
		double y = b->kind == HYK_KEY_INT ? (double)b->as.i : b->as.d;

		if (x < y || x > y)
			return x < y ? -1 : 1;
		if (a->kind != b->kind)
			return (int)a->kind - (int)b->kind;
		return a->kind == HYK_KEY_INT ? (a->as.i > b->as.i) - (a->as.i < b->as.i) : 0;
	}
	}
	return 0;
}

/* A heap, in place: qsort may ask for memory, which the jail does not have. */
static void
sift(struct hyk_sort_key *k, size_t root, size_t n)
{
	for (;;) {
		size_t child = 2 * root + 1;
		struct hyk_sort_key swap;

		if (child >= n)
			return;
		if (child + 1 < n && compare_keys(&k[child], &k[child + 1]) < 0)
			child++;
		if (compare_keys(&k[root], &k[child]) >= 0)
			return;
		swap = k[root];
		k[root] = k[child];
		k[child] = swap;
		root = child;
	}
}

static void
sort_keys(struct hyk_sort_key *k, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(k, i, n);
	for (size_t i = n; i-- > 1;) {
		struct hyk_sort_key swap = k[0];

		k[0] = k[i];
		k[i] = swap;
		sift(k, 0, i);
	}
}

size_t
hyk_lib_keys(
    lua_State *L, int index, size_t first, struct hyk_sort_key **ret_keys, const char **ret_bad)
{
	struct hyk_sort_key *mine = keys + first;
	bool in_order = true;
	size_t n = 0;

	index = lua_absindex(L, index);
	*ret_bad = NULL;
	lua_pushnil(L);
	while (lua_next(L, index)) {
		struct hyk_sort_key *k;

		lua_pop(L, 1);
		if (n >= HYK_MAX_KEYS - first) {
			lua_pop(L, 1);
			return SIZE_MAX;
		}
		k = &mine[n];
		if (lua_type(L, -1) == LUA_TSTRING) {
			k->kind = HYK_KEY_STRING;
			k->as.s.p = lua_tolstring(L, -1, &k->as.s.n);
		} else if (lua_isinteger(L, -1)) {
			k->kind = HYK_KEY_INT;
			k->as.i = lua_tointeger(L, -1);
		} else if (lua_type(L, -1) == LUA_TNUMBER) {
			k->kind = HYK_KEY_FLOAT;
			k->as.d = lua_tonumber(L, -1);
		} else if (lua_isboolean(L, -1)) {
			k->kind = HYK_KEY_BOOL;
			k->as.i = lua_toboolean(L, -1);
		} else {
			*ret_bad = lua_typename(L, lua_type(L, -1));
			lua_pop(L, 1);
			return SIZE_MAX;
		}
		if (n && in_order)
			in_order = compare_keys(&mine[n - 1], k) < 0;
		n++;
	}
	if (!in_order)
		sort_keys(mine, n);
	*ret_keys = mine;
	return n;
}

void
hyk_lib_push_key(lua_State *L, const struct hyk_sort_key *k)
{
	switch ((enum hyk_key_kind)k->kind) {
	case HYK_KEY_INT:
		lua_pushinteger(L, k->as.i);
		break;
	case HYK_KEY_FLOAT:
		lua_pushnumber(L, k->as.d);
		break;
	case HYK_KEY_STRING:
		lua_pushlstring(L, k->as.s.p, k->as.s.n);
		break;
	case HYK_KEY_BOOL:
		lua_pushboolean(L, (int)k->as.i);
		break;
	}
}

/* Upvalues: the table, its keys in order, how many were given. */
static int
next_key(lua_State *L)
{
	lua_Integer i = lua_tointeger(L, lua_upvalueindex(3));

	for (;;) {
		hyk_meter_charge(L, 1);
		if (lua_rawgeti(L, lua_upvalueindex(2), ++i) == LUA_TNIL)
			return 1;
		lua_pushvalue(L, -1);
		if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
			break;
		lua_pop(L, 2); /* taken away meanwhile */
	}
	lua_pushinteger(L, i);
	lua_replace(L, lua_upvalueindex(3));
	return 2;
}

int
hyk_lib_base_pairs(lua_State *L)
{
	struct hyk_sort_key *k;
	const char *bad;
	size_t n;

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	/* An emptied table is looked through to its end, whatever it holds. */
	hyk_meter_charge(L, 16);
	n = hyk_lib_keys(L, 1, 0, &k, &bad);
	if (n == SIZE_MAX)
		return luaL_error(L, "pairs: %s",
		    bad ? lua_pushfstring(L,
			      "a key is a %s; keys must be numbers, "
			      "texts or booleans, which have an order",
			      bad)
			: "the table has too many keys");
	hyk_meter_charge(L, 2 * n);
	lua_pushvalue(L, 1);
	lua_createtable(L, (int)n, 0);
	/* The table of keys is made before the keys are read again: nothing between can change
	 * table 1. */
	for (size_t i = 0; i < n; i++) {
		hyk_lib_push_key(L, &k[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, next_key, 3);
	lua_pushvalue(L, 1);
	lua_pushnil(L);
	return 3;
}

int
hyk_lib_base_select(lua_State *L)
{
	int n = lua_gettop(L);
	lua_Integer i;

	if (lua_type(L, 1) == LUA_TSTRING && *lua_tostring(L, 1) == '#') {
		lua_pushinteger(L, n - 1);
		return 1;
	}
	i = luaL_checkinteger(L, 1);
	if (i < 0)
		i = n + i;
	else if (i > n)
		i = n;
	luaL_argcheck(L, i >= 1, 1, "index out of range");
	hyk_meter_charge(L, (uint64_t)(n - i) + 1);
	return n - (int)i;
}

int
hyk_lib_base_tonumber(lua_State *L)
{
	size_t n;
	const char *s;

	if (lua_isnoneornil(L, 2)) {
		luaL_checkany(L, 1);
		if (lua_type(L, 1) == LUA_TNUMBER) {
			lua_settop(L, 1);
			return 1;
		}
		s = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &n) : NULL;
		if (s && n <= HYK_METER_MAX_NUMERAL) {
			hyk_meter_charge_bytes(L, n);
			if (lua_stringtonumber(L, s) == n + 1)
				return 1;
		}
	} else {
		lua_Integer base = luaL_checkinteger(L, 2);
		lua_Unsigned v = 0;
		bool negative = false, any = false;
		size_t i = 0;

		luaL_checktype(L, 1, LUA_TSTRING);
		s = lua_tolstring(L, 1, &n);
		luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
		if (n <= HYK_METER_MAX_NUMERAL) {
			hyk_meter_charge_bytes(L, n);
			while (i < n && strchr(" \f\n\r\t\v", s[i]) && s[i])
				i++;
			if (i < n && (s[i] == '-' || s[i] == '+'))
				negative = s[i++] == '-';
			for (; i < n; i++) {
				int d;

				if (s[i] >= '0' && s[i] <= '9')
					d = s[i] - '0';
				else if ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z')
					d = (s[i] | 32) - 'a' + 10;
				else
					break;
				if (d >= base)
					break;
				v = v * (lua_Unsigned)base + (lua_Unsigned)d;
				any = true;
			}
			while (i < n && strchr(" \f\n\r\t\v", s[i]) && s[i])
				i++;
			if (any && i == n) {
				lua_pushinteger(L, (lua_Integer)(negative ? 0 - v : v));
				return 1;
			}
		}
	}
	luaL_checkany(L, 1);
	lua_pushnil(L);
	return 1;
}

struct hyk_str
hyk_lib_push_text(lua_State *L, int index)
{
	size_t n;
	const char *s;

	switch (lua_type(L, index)) {
	case LUA_TNIL:
		lua_pushliteral(L, "nil");
		break;
	case LUA_TBOOLEAN:
		lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
		break;
	case LUA_TNUMBER:
		if (!lua_isinteger(L, index) && isnan(lua_tonumber(L, index)))
			lua_pushliteral(L, "nan"); /* its sign depends on the machine */
		else
			lua_pushvalue(L, index);
		break;
	case LUA_TSTRING:
		lua_pushvalue(L, index);
		break;
	default:
		lua_pushstring(L, lua_typename(L, lua_type(L, index)));
		break;
	}
	s = lua_tolstring(L, -1, &n);
	return hyk_str_make(s, n);
}

int
hyk_lib_base_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	hyk_lib_push_text(L, 1);
	return 1;
}

int
hyk_lib_base_type(lua_State *L)
{
	luaL_argcheck(L, lua_type(L, 1) != LUA_TNONE, 1, "value expected");
	lua_pushstring(L, lua_typename(L, lua_type(L, 1)));
	return 1;
}
