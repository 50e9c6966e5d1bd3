/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/convert.h"

#include <lauxlib.h>
#include <math.h>

#include "base/utf8.h"
#include "sandbox/lib.h"
#include "sandbox/meter.h"

#define MAX_DEPTH 32

static void
push(lua_State *L, struct hyk_wire_in *in, int depth)
{
	uint8_t tag = hyk_wire_get_u8(in);
	uint32_t n;

	hyk_meter_charge(L, 1);
	luaL_checkstack(L, 4, "a request");
	if (in->bad || depth > MAX_DEPTH)
		luaL_error(L, "a request that cannot be read");
	switch (tag) {
	case HYK_WIRE_NULL:
		lua_pushnil(L);
		break;
	case HYK_WIRE_FALSE:
	case HYK_WIRE_TRUE:
		lua_pushboolean(L, tag == HYK_WIRE_TRUE);
		break;
	case HYK_WIRE_INT:
		lua_pushinteger(L, (lua_Integer)hyk_wire_get_u64(in));
		break;
	case HYK_WIRE_DOUBLE:
		lua_pushnumber(L, hyk_wire_get_f64(in));
		break;
	case HYK_WIRE_STRING: {
		struct hyk_str s = hyk_wire_get_str(in);

		lua_pushlstring(L, s.p, s.n);
		break;
	}
	case HYK_WIRE_LIST:
		n = hyk_wire_get_u32(in);
		if (n > in->n - in->at)
			luaL_error(L, "a request that cannot be read");
		lua_createtable(L, (int)n, 0);
		for (uint32_t i = 1; i <= n; i++) {
			push(L, in, depth + 1);
			lua_rawseti(L, -2, i);
		}
		break;
	case HYK_WIRE_MAP:
		n = hyk_wire_get_u32(in);
		if (n > in->n - in->at)
			luaL_error(L, "a request that cannot be read");
		lua_createtable(L, 0, (int)n);
		for (uint32_t i = 0; i < n; i++) {
			push(L, in, depth + 1);
			if (lua_isnil(L, -1))
				luaL_error(L, "a request that cannot be read");
			push(L, in, depth + 1);
			lua_rawset(L, -3);
		}
		break;
	default:
		luaL_error(L, "a request that cannot be read");
	}
	if (in->bad)
		luaL_error(L, "a request that cannot be read");
}

void
hyk_convert_push(lua_State *L, struct hyk_wire_in *in)
{
	push(L, in, 0);
}

struct taking {
	lua_State *L;
	struct hyk_wire_out *out;
	const struct hyk_wire_limits *limits;
	struct hyk_wire_path *path;
	const void *above[MAX_DEPTH + 1]; /* the tables this one lies in */
	uint32_t nodes;
	size_t start, keys_used;
};

static bool take(struct taking *t, int index, uint32_t depth);

static bool
take_items(struct taking *t, int index, uint32_t depth, size_t n)
{
	hyk_wire_put_u8(t->out, HYK_WIRE_LIST);
	hyk_wire_put_u32(t->out, (uint32_t)n);
	for (size_t i = 1; i <= n; i++) {
		size_t at = hyk_wire_path_enter_item(t->path, i);
		bool ok;

		lua_rawgeti(t->L, index, (lua_Integer)i);
		ok = take(t, lua_gettop(t->L), depth + 1);
		hyk_wire_path_leave(t->path, at);
		if (!ok)
			return false;
		lua_pop(t->L, 1);
	}
	return true;
}

static bool
take_entries(struct taking *t, int index, uint32_t depth, const struct hyk_sort_key *keys, size_t n)
{
	hyk_wire_put_u8(t->out, HYK_WIRE_MAP);
	hyk_wire_put_u32(t->out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct hyk_str key;
		size_t at;
		bool ok;

		if (keys[i].kind != HYK_KEY_STRING) {
			hyk_wire_path_fail(t->path,
			    keys[n - 1].kind == HYK_KEY_STRING ? "mixes numbers and names as keys"
				: keys[i].kind == HYK_KEY_INT  ? "has numbers with gaps as keys"
							       : "has keys that are not names");
			return false;
		}
		key = hyk_str_make(keys[i].as.s.p, keys[i].as.s.n);
		if (hyk_utf8_valid_prefix(key) != key.n) {
			hyk_wire_path_fail(t->path, "has a key that is not UTF-8");
			return false;
		}
		at = hyk_wire_path_enter_key(t->path, key);
		hyk_wire_put_string(t->out, key);
		lua_pushlstring(t->L, key.p, key.n);
		lua_rawget(t->L, index);
		ok = take(t, lua_gettop(t->L), depth + 1);
		hyk_wire_path_leave(t->path, at);
		if (!ok)
			return false;
		lua_pop(t->L, 1);
	}
	return true;
}

static bool
is_list(const struct hyk_sort_key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].kind != HYK_KEY_INT || keys[i].as.i != (lua_Integer)i + 1)
			return false;
	return n > 0;
}

static bool
take_table(struct taking *t, int index, uint32_t depth)
{
	const void *self = lua_topointer(t->L, index);
	struct hyk_sort_key *keys;
	const char *bad;
	size_t n;
	bool ok;

	for (uint32_t i = 0; i < depth; i++)
		if (t->above[i] == self) {
			hyk_wire_path_fail(t->path, "holds itself");
			return false;
		}
	t->above[depth] = self;
	hyk_meter_charge(t->L, 8); /* as in pairs */
	n = hyk_lib_keys(t->L, index, t->keys_used, &keys, &bad);
	if (n == SIZE_MAX || n > t->limits->nodes) {
		if (n == SIZE_MAX && bad)
			hyk_wire_path_fail(t->path, "has a %s as a key", bad);
		else
			hyk_wire_path_fail(t->path, "has more than %u parts", t->limits->nodes);
		return false;
	}
	t->keys_used += n;
	if (is_list(keys, n))
		ok = take_items(t, index, depth, n);
	else
		ok = take_entries(t, index, depth, keys, n);
	t->keys_used -= n;
	return ok;
}

static bool
take(struct taking *t, int index, uint32_t depth)
{
	hyk_meter_charge(t->L, 1);
	luaL_checkstack(t->L, 6, "an answer");
	if (depth > t->limits->depth || depth > MAX_DEPTH) {
		hyk_wire_path_fail(t->path, "is nested deeper than %u", t->limits->depth);
		return false;
	}
	if (++t->nodes > t->limits->nodes) {
		hyk_wire_path_fail(t->path, "has more than %u parts", t->limits->nodes);
		return false;
	}
	switch (lua_type(t->L, index)) {
	case LUA_TNIL:
		hyk_wire_put_u8(t->out, HYK_WIRE_NULL);
		break;
	case LUA_TBOOLEAN:
		hyk_wire_put_u8(
		    t->out, lua_toboolean(t->L, index) ? HYK_WIRE_TRUE : HYK_WIRE_FALSE);
		break;
	case LUA_TNUMBER:
		if (lua_isinteger(t->L, index)) {
			hyk_wire_put_int(t->out, lua_tointeger(t->L, index));
		} else if (isfinite(lua_tonumber(t->L, index))) {
			hyk_wire_put_double(t->out, lua_tonumber(t->L, index));
		} else {
			hyk_wire_path_fail(t->path, "is not a finite number");
			return false;
		}
		break;
	case LUA_TSTRING: {
		struct hyk_str s;

		s.p = lua_tolstring(t->L, index, &s.n);
		hyk_meter_charge_bytes(t->L, s.n);
		if (hyk_utf8_valid_prefix(s) != s.n) {
			hyk_wire_path_fail(t->path, "is text that is not UTF-8");
			return false;
		}
		hyk_wire_put_string(t->out, s);
		break;
	}
	case LUA_TTABLE:
		if (!take_table(t, index, depth))
			return false;
		break;
	default:
		hyk_wire_path_fail(t->path, "is a %s", lua_typename(t->L, lua_type(t->L, index)));
		return false;
	}
	if (t->out->full || t->out->n - t->start > t->limits->bytes) {
		hyk_wire_path_fail(t->path, "takes more than %u bytes", t->limits->bytes);
		return false;
	}
	return true;
}

bool
hyk_convert_take(lua_State *L, int index, struct hyk_wire_out *out,
    const struct hyk_wire_limits *limits, struct hyk_wire_path *path)
{
	struct taking t = { .L = L, .out = out, .limits = limits, .path = path, .start = out->n };

	return take(&t, lua_absindex(L, index), 0);
}
