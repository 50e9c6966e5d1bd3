/* SPDX-License-Identifier: Apache-2.0 */
/* Our patterns and formats against those of the Lua library itself, on texts and patterns made by
 * chance. */
#include "support/check.h"

#include <lauxlib.h>
#include <lualib.h>

#include "sandbox/box_load.h"
#include "sandbox/lib.h"

static struct hyk_box box;
static lua_State *L;

static int
open_both(lua_State *l)
{
	hyk_lib_open(l);
	lua_rawgeti(l, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	lua_getfield(l, -1, "string");
	lua_setfield(l, -2, "ours");
	luaL_requiref(l, "theirs", luaopen_string, 0);
	lua_setfield(l, -2, "theirs");
	return 0;
}

static void
open_state(void)
{
	static const struct hyk_jail_limits none;
	static struct hyk_meter_limits wide = { UINT64_MAX / 2, 64 << 20, 1 << 20, SIZE_MAX / 2 };

	hyk_box_init(&box, NULL, NULL, NULL, &none);
	L = hyk_box_new_state(&box, &wide);
	lua_pushcfunction(L, open_both);
	CHECK(lua_pcall(L, 0, 0, 0) == LUA_OK);
}

/* Runs string.<name> of a library with what is on the stack; leaves its results, or one error text.
 */
static int
call(const char *library, const char *name, int n_args, int *ret_status)
{
	int base = lua_gettop(L) - n_args;

	lua_getglobal(L, library);
	lua_getfield(L, -1, name);
	lua_remove(L, -2);
	lua_insert(L, base + 1);
	*ret_status = lua_pcall(L, n_args, LUA_MULTRET, 0);
	return lua_gettop(L) - base;
}

static bool
same(const char *name, int n_args)
{
	int base = lua_gettop(L) - n_args, st_a, st_b, n_a, n_b;
	bool ok;

	for (int i = 1; i <= n_args; i++)
		lua_pushvalue(L, base + i);
	n_a = call("ours", name, n_args, &st_a);
	for (int i = 1; i <= n_args; i++)
		lua_pushvalue(L, base + i);
	n_b = call("theirs", name, n_args, &st_b);
	ok = st_a == st_b && n_a == n_b;
	/* Of errors only the fact counts: the words may differ. */
	for (int i = 1; ok && st_a == LUA_OK && i <= n_a; i++)
		ok = lua_rawequal(L, base + n_args + i, base + n_args + n_a + i);
	if (!ok) {
		fprintf(stderr, "    %s:", name);
		for (int i = 1; i <= n_args + n_a + n_b; i++)
			fprintf(stderr, "%s %s",
			    i == n_args + 1             ? " ours"
				: i == n_args + n_a + 1 ? " theirs"
							: "",
			    lua_type(L, base + i) == LUA_TNIL ? "nil" : lua_tostring(L, base + i));
		fprintf(stderr, "\n");
	}
	lua_settop(L, base);
	return ok;
}

static uint64_t seed = 20260509;

static unsigned
chance(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((seed >> 33) % n);
}

static void
push_text(size_t most)
{
	static const char letters[] = "aab bc(1)_A\xc3\xa9\n";
	char text[64];
	size_t n = chance((unsigned)most);

	for (size_t i = 0; i < n; i++)
		text[i] = chance(40) ? letters[chance(sizeof(letters) - 1)] : '\0';
	lua_pushlstring(L, text, n);
}

static void
push_pattern(void)
{
	static const char *const pieces[] = { "a", "b", ".", "%a", "%A", "%d", "%s", "%w", "%W",
		"%p", "%l", "%u", "%x", "%c", "%g", "%z", "%Z", "[ab]", "[^a]", "[a-c]", "[%w_]", "[^%s]", "(",
		")", "()", "%1", "%2", "*", "+", "-", "?", "^", "$", "%b()", "%f[%w]", "%%", "%.",
		"[", "]", "%", "[]]", "[a-]", "\xc3", " ", "[%a-z]", "%f", "%b" };
	char text[128];
	size_t n = 0, count = 1 + chance(6);

	for (size_t i = 0; i < count; i++) {
		const char *p = pieces[chance(HYK_ARRAY_LEN(pieces))];
		size_t k = strlen(p);

		memcpy(text + n, p, k);
		n += k;
	}
	lua_pushlstring(L, text, n);
}

TEST(patterns_agree_with_the_library)
{
	unsigned different = 0;

	for (int i = 0; i < 60000 && different < 5; i++) {
		static const char *const names[] = { "find", "match", "gsub" };
		const char *name = names[i % 3];

		push_text(30);
		push_pattern();
		if (i % 3 == 2)
			lua_pushstring(L, i % 2 ? "<%0>" : "%1-");
		else
			lua_pushinteger(L, (int)chance(12) - 4);
		different += !same(name, 3);
		if (i % 1000 == 0)
			lua_gc(L, LUA_GCCOLLECT);
	}
	CHECK_INT(different, 0);
}

TEST(formats_agree_with_the_library)
{
	static const char *const specs[] = { "%d", "%5d", "%-5d|", "%05d", "%+d", "%x", "%X", "%#x",
		"%o", "%c", "%s", "%10s", "%-10s|", "%.2s", "%q", "%g", "%.3f", "%e", "%10.2f",
		"%a", "%i", "%5.1s|", "%%", "%.20s", "%u" };
	unsigned different = 0;

	for (int i = 0; i < 4000; i++) {
		lua_pushstring(L, specs[chance(HYK_ARRAY_LEN(specs))]);
		switch (chance(4)) {
		case 0:
			lua_pushinteger(L, (lua_Integer)chance(100000) - 50000);
			break;
		case 1:
			lua_pushnumber(L, ((int)chance(20000) - 10000) / 16.0);
			break;
		case 2:
			lua_pushliteral(L, "text \"q\"");
			break;
		default:
			lua_pushboolean(L, (int)chance(2));
			break;
		}
		different += !same("format", 2);
	}
	CHECK_INT(different, 0);
}

TEST(simple_functions_agree_with_the_library)
{
	static const char *const names[] = { "sub", "byte", "rep", "upper", "lower", "reverse",
		"len" };
	unsigned different = 0;

	for (int i = 0; i < 20000; i++) {
		push_text(20);
		lua_pushinteger(L, (int)chance(30) - 12);
		if (i % 7 < 2)
			lua_pushinteger(L, (int)chance(30) - 12);
		else
			lua_pushliteral(L, ",");
		different += !same(names[i % 7], i % 7 > 2 ? 1 : 3);
	}
	CHECK_INT(different, 0);
}

int
main(void)
{
	open_state();
	RUN(patterns_agree_with_the_library);
	RUN(formats_agree_with_the_library);
	RUN(simple_functions_agree_with_the_library);
	box.meter.L = NULL;
	lua_close(L);
	return check_done();
}
