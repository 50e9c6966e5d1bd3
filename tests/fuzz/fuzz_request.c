/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request as JSON goes to Lua and back and is the same value, but for what Lua cannot say. After a byte 0xff:
 * raw bytes instead of what the engine writes; then an answer or an error is all.
 */
#include "fuzz/fuzz.h"

#include <lauxlib.h>

#include "sandbox/box_load.h"
#include "sandbox/convert.h"
#include "sandbox/wire_value.h"
#include "value/json.h"

#define BYTES ((size_t)1 << 18)

static uint8_t *there, *back;
static struct hyk_box box;

struct trip {
	struct hyk_wire_in in;
	struct hyk_wire_out out;
	struct hyk_wire_path path;
	bool taken;
};

static int
convert(lua_State *L)
{
	struct trip *t = lua_touserdata(L, 1);

	hyk_convert_push(L, &t->in);
	t->taken = hyk_convert_take(L, -1, &t->out, &hyk_box_request_limits, &t->path);
	return 0;
}

static bool
travel(struct trip *t)
{
	static const struct hyk_meter_limits wide = { 10000000, 64u << 20, 1u << 20, SIZE_MAX / 2 };
	lua_State *L = hyk_box_new_state(&box, &wide);
	int st;

	FUZZ_CHECK(L);
	hyk_wire_path_init(&t->path);
	lua_pushcfunction(L, convert);
	lua_pushlightuserdata(L, t);
	st = lua_pcall(L, 1, 0, 0);
	hyk_box_drop_state(&box, L);
	FUZZ_CHECK(box.n_panics == 0);
	return st == LUA_OK;
}

/* What Lua makes of it: no nulls in maps, an empty list is an empty map. */
static struct hyk_value
as_lua_has_it(struct hyk_arena *a, struct hyk_value v)
{
	struct hyk_value *items;
	struct hyk_mapb b;

	if (v.kind != HYK_MAP && v.kind != HYK_LIST)
		return v;
	hyk_mapb_init(&b, a);
	if (v.kind == HYK_MAP) {
		for (uint32_t i = 0; i < v.as.map->n; i++) {
			struct hyk_ventry e = v.as.map->entries[i];

			if (e.value.kind != HYK_NULL)
				FUZZ_CHECK(hyk_mapb_add(&b, e.key, as_lua_has_it(a, e.value)));
		}
		return hyk_mapb_finish(&b, NULL);
	}
	if (v.as.list->n == 0)
		return hyk_mapb_finish(&b, NULL);
	items = hyk_arena_array(a, v.as.list->n, sizeof(*items));
	FUZZ_CHECK(items);
	for (uint32_t i = 0; i < v.as.list->n; i++)
		items[i] = as_lua_has_it(a, v.as.list->items[i]);
	return hyk_list(a, items, v.as.list->n);
}

static void
check_json(struct hyk_str text)
{
	struct trip t = { .in = { there, 0, 0, false }, .out = { back, 0, BYTES, false } };
	struct hyk_wire_out o = { there, 0, BYTES, false };
	struct hyk_wire_path path;
	struct hyk_value v, again;
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	hyk_wire_path_init(&path);
	if (hyk_json_parse(&a, hyk_source_new(&a, HYK_STR("fuzz"), text), NULL, &v, NULL) == HYK_OK &&
	    hyk_wire_put_value(&o, v, &hyk_box_request_limits, &path)) {
		struct hyk_wire_in in;

		t.in.n = o.n;
		FUZZ_CHECK(travel(&t) && t.taken && t.in.at == t.in.n);
		in = (struct hyk_wire_in){ back, t.out.n, 0, false };
		FUZZ_CHECK(hyk_wire_get_value(&in, &hyk_box_request_limits, &a, &again, &path) && in.at == in.n);
		FUZZ_CHECK(hyk_value_equal(as_lua_has_it(&a, v), again));
	}
	hyk_arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct hyk_jail_limits none;

	if (!there) {
		there = malloc(BYTES);
		back = malloc(BYTES);
		FUZZ_CHECK(there && back);
		hyk_box_init(&box, NULL, NULL, NULL, &none);
	}
	if (n && data[0] == 0xff)
		(void)travel(&(struct trip){ .in = { data + 1, n - 1, 0, false }, .out = { back, 0, BYTES, false } });
	else
		check_json(hyk_str_make((const char *)data, n));
	return 0;
}
