/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CHOICE PATTERN 0xff SUBJECT 0xff REPLACEMENT: our metered string functions against the library's own, where the
 * budget suffices: the same values, or an error from both.
 */
#include "fuzz/fuzz.h"

#include <lauxlib.h>
#include <lualib.h>

#include "sandbox/box_load.h"
#include "sandbox/lib.h"

static const char *const functions[] = { "find", "match", "gsub", "gmatch", "find" };
static struct hyk_box box;

static int
open_both(lua_State *L)
{
	hyk_lib_open(L);
	lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	lua_getfield(L, -1, "string");
	lua_setfield(L, -2, "ours");
	luaL_requiref(L, "theirs", luaopen_string, 0);
	lua_setfield(L, -2, "theirs");
	return 0;
}

/* An iterator's first eight rounds in one list of results. */
static int
collect(lua_State *L, int base)
{
	for (int round = 0; round < 8; round++) {
		int at = lua_gettop(L), st;

		luaL_checkstack(L, 40, NULL);
		lua_pushvalue(L, base + 1);
		st = lua_pcall(L, 0, LUA_MULTRET, 0);
		if (st != LUA_OK)
			return st;
		if (lua_gettop(L) == at || lua_isnil(L, at + 1))
			break;
	}
	return LUA_OK;
}

/* The results are left above `base`. */
static int
call(lua_State *L, const char *library, uint8_t what, struct hyk_str pattern, struct hyk_str subject,
    struct hyk_str replacement)
{
	const char *function = functions[what % HYK_ARRAY_LEN(functions)];
	int base = lua_gettop(L), n = 2, st;

	lua_getglobal(L, library);
	lua_getfield(L, -1, function);
	lua_remove(L, -2);
	lua_pushlstring(L, subject.p, subject.n);
	lua_pushlstring(L, pattern.p, pattern.n);
	if (strcmp(function, "gsub") == 0) {
		lua_pushlstring(L, replacement.p, replacement.n);
		n = 3;
	} else if (strcmp(function, "gmatch") != 0 && what >= 32) {
		lua_pushinteger(L, (lua_Integer)(what >> 5) - 4);
		n = 3;
	}
	if (what % HYK_ARRAY_LEN(functions) == 4) {
		if (n == 2)
			lua_pushinteger(L, 1);
		lua_pushboolean(L, true); /* plain */
		n = 4;
	}
	st = lua_pcall(L, n, LUA_MULTRET, 0);
	if (st == LUA_OK && strcmp(function, "gmatch") == 0)
		st = collect(L, base);
	return st;
}

static void
compare(uint8_t what, struct hyk_str pattern, struct hyk_str subject, struct hyk_str replacement)
{
	static const struct hyk_meter_limits enough = { 200000, 64u << 20, 1u << 20, SIZE_MAX / 2 },
	    wide = { UINT64_MAX / 2, 64u << 20, 1u << 20, SIZE_MAX / 2 };
	lua_State *L = hyk_box_new_state(&box, &wide);
	int ours, theirs, n;

	FUZZ_CHECK(L);
	lua_pushcfunction(L, open_both);
	FUZZ_CHECK(lua_pcall(L, 0, 0, 0) == LUA_OK);
	hyk_meter_begin(&box.meter, &enough);
	ours = call(L, "ours", what, pattern, subject, replacement);
	n = lua_gettop(L);
	if (box.meter.mark == HYK_MARK_NONE) {
		hyk_meter_begin(&box.meter, &wide);
		theirs = call(L, "theirs", what, pattern, subject, replacement);
		FUZZ_CHECK((ours == LUA_OK) == (theirs == LUA_OK));
		/* Of errors only the fact counts; of an iterator, what it gives. */
		if (ours == LUA_OK) {
			FUZZ_CHECK(lua_gettop(L) == 2 * n);
			for (int i = 1; i <= n; i++)
				FUZZ_CHECK(lua_rawequal(L, i, n + i) || lua_isfunction(L, i));
		}
	}
	hyk_box_drop_state(&box, L);
	FUZZ_CHECK(box.n_panics == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct hyk_jail_limits none;
	struct fuzz_in in = { data, n };
	uint8_t what = fuzz_u8(&in);
	struct hyk_str pattern = fuzz_text(&in), subject = fuzz_text(&in);

	if (!box.call_limits.units)
		hyk_box_init(&box, NULL, NULL, NULL, &none);
	/* The library's own is not metered. */
	if (pattern.n <= 200 && subject.n <= 1000)
		compare(what, pattern, subject, fuzz_text(&in));
	return 0;
}
