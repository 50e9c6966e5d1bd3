/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions as conditions have them (text/pattern.h: RE2's syntax, always the automaton),
 * in memory taken before the wall closes. A pattern costs the same whether it was seen before or
 * not, so that the few that are kept ready show in nothing a script can see.
 */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sandbox/meter.h"
#include "text/pattern.h"

#define MAX_TEXT 1000  /* bytes of a pattern */
#define MAX_INSTS 6000 /* of its automaton: a class of all letters has a thousand */
#define MAX_GROUPS 9   /* \1 to \9 */
#define KEPT 8
#define PATTERN_BYTES ((size_t)512 << 10)
#define TREE_BYTES ((size_t)1 << 20)
#define PAGE ((uintptr_t)4096)
#define STEPS_A_UNIT 4 /* a step of the automaton takes a few nanoseconds */
#define UNITS_AN_INST 2

/* Of the thread; for ever. */
static _Thread_local struct {
	bool ready;
	struct hyk_pattern_scratch *scratch;
	struct hyk_arena patterns, tree;
	const struct hyk_pattern *kept[KEPT];
	unsigned n_kept;
} re;

/* One chunk that holds all the arena may: no later need asks the system. */
static bool
take(struct hyk_arena *a, size_t bytes)
{
	struct hyk_arena_mark empty;
	bool ok;

	hyk_arena_init(a, bytes);
	empty = hyk_arena_mark(a);
	ok = hyk_arena_alloc(a, bytes) != NULL;
	hyk_arena_rewind(a, empty);
	if (ok) {
		/* Most plugins never ask for it: the pages behind the first are given back until
		 * then. */
		uintptr_t from = ((uintptr_t)a->spare + 2 * PAGE) & ~(PAGE - 1),
			  to = ((uintptr_t)a->spare + bytes) & ~(PAGE - 1);

		(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return ok;
}

static void
forget(void)
{
	hyk_arena_rewind(&re.patterns, (struct hyk_arena_mark){ NULL, NULL, 0, NULL });
	re.n_kept = 0;
}

bool
hyk_lib_re_prepare(void)
{
	if (re.ready)
		return true;
	re.scratch = hyk_pattern_scratch_new();
	re.ready = re.scratch && take(&re.patterns, PATTERN_BYTES) && take(&re.tree, TREE_BYTES) &&
	    hyk_pattern_scratch_reserve(re.scratch, MAX_INSTS, MAX_GROUPS) == HYK_OK;
	return re.ready;
}

static struct hyk_str
arg(lua_State *L, int i)
{
	size_t n;
	const char *s = luaL_checklstring(L, i, &n);

	return hyk_str_make(s, n);
}

static enum hyk_status
compile(struct hyk_str text, const struct hyk_pattern **ret_p, struct hyk_diags *diags)
{
	hyk_diags_init(diags, &re.patterns);
	return hyk_pattern_compile_automaton(
	    &re.patterns, &re.tree, text, NULL, HYK_NO_SPAN, ret_p, diags);
}

static const struct hyk_pattern *
find_kept(struct hyk_str text)
{
	for (unsigned i = 0; i < re.n_kept; i++)
		if (hyk_str_eq(hyk_pattern_text(re.kept[i]), text))
			return re.kept[i];
	return NULL;
}

/* The pattern at 2. */
static const struct hyk_pattern *
pattern(lua_State *L)
{
	struct hyk_str text = arg(L, 2);
	const struct hyk_pattern *p;
	struct hyk_diags diags;
	enum hyk_status st;
	const char *why;

	if (!hyk_lib_re_prepare())
		luaL_error(L, "there is no memory for regular expressions");
	if (text.n > MAX_TEXT)
		luaL_argerror(L, 2, "a pattern has at most 1,000 bytes");
	hyk_meter_charge(L, 16 + 4 * text.n);
	p = find_kept(text);
	if (p)
		goto out;
	if (re.n_kept == KEPT)
		forget();
	st = compile(text, &p, &diags);
	if (st != HYK_OK && re.n_kept > 0) {
		/* The room may have been the others'. */
		forget();
		st = compile(text, &p, &diags);
	}
	if (st == HYK_OK && hyk_pattern_n_groups(p) <= MAX_GROUPS &&
	    hyk_pattern_n_insts(p) <= MAX_INSTS) {
		re.kept[re.n_kept++] = p;
		goto out;
	}
	/* Copied by Lua before the arena goes. */
	why = "the pattern is too large";
	if (st == HYK_OK && hyk_pattern_n_groups(p) > MAX_GROUPS)
		why = "a pattern has at most 9 groups";
	else if (st == HYK_E_INVALID && diags.first)
		why = lua_pushfstring(
		    L, "%s; regular expressions are RE2's", diags.first->text[HYK_LANG_EN].p);
	forget();
	luaL_argerror(L, 2, why);
out:
	hyk_meter_charge(L, hyk_pattern_n_insts(p) * UNITS_AN_INST);
	return p;
}

/* The next match at `from` or later, its steps charged. */
static bool
find(lua_State *L, const struct hyk_pattern *p, struct hyk_str s, size_t from,
    struct hyk_pattern_match groups[MAX_GROUPS + 1])
{
	uint64_t allowed = hyk_meter_left(hyk_meter_current()) * STEPS_A_UNIT, left = allowed;
	bool found = false;
	enum hyk_status st = hyk_pattern_find(
	    p, s, from, re.scratch, &left, groups, MAX_GROUPS + 1, &found);

	hyk_meter_charge(L, (allowed - left) / STEPS_A_UNIT + 1);
	if (st != HYK_OK)
		hyk_meter_charge(L, hyk_meter_left(hyk_meter_current()) + 1);
	return found;
}

/* re.match(s, pattern): does it match anywhere in s? As `matches` in conditions. */
int
hyk_lib_re_match(lua_State *L)
{
	struct hyk_str s = arg(L, 1);
	const struct hyk_pattern *p = pattern(L);
	uint64_t allowed = hyk_meter_left(hyk_meter_current()) * STEPS_A_UNIT, left = allowed;
	bool found = false;
	enum hyk_status st = hyk_pattern_search_metered(p, s, re.scratch, &left, &found);

	hyk_meter_charge(L, (allowed - left) / STEPS_A_UNIT + 1);
	if (st != HYK_OK)
		hyk_meter_charge(L, hyk_meter_left(hyk_meter_current()) + 1);
	lua_pushboolean(L, found);
	return 1;
}

/* re.find(s, pattern [, init]): first and last byte, then what each group took (false: nothing); or
 * nil. */
int
hyk_lib_re_find(lua_State *L)
{
	struct hyk_pattern_match groups[MAX_GROUPS + 1];
	struct hyk_str s = arg(L, 1);
	lua_Integer init = luaL_optinteger(L, 3, 1);
	const struct hyk_pattern *p = pattern(L);
	size_t n = hyk_pattern_n_groups(p);

	if (init < 1 || (lua_Unsigned)init > s.n + 1)
		return luaL_argerror(L, 3, "a position in the text, or one after it, expected");
	if (!find(L, p, s, (size_t)init - 1, groups)) {
		lua_pushnil(L);
		return 1;
	}
	lua_pushinteger(L, (lua_Integer)groups[0].begin + 1);
	lua_pushinteger(L, (lua_Integer)groups[0].end);
	for (size_t i = 1; i <= n; i++) {
		if (groups[i].begin == HYK_PATTERN_NONE) {
			lua_pushboolean(L, 0);
			continue;
		}
		hyk_meter_charge_bytes(L, groups[i].end - groups[i].begin);
		lua_pushlstring(L, s.p + groups[i].begin, groups[i].end - groups[i].begin);
	}
	return 2 + (int)n;
}

/* What stands for one match: \0 to \9 are groups, \\ a backslash. */
static void
add_replacement(lua_State *L, luaL_Buffer *b, struct hyk_str with, struct hyk_str s,
    const struct hyk_pattern_match *groups, size_t n_groups)
{
	hyk_meter_charge(L, 1 + with.n);
	for (size_t i = 0; i < with.n; i++) {
		const struct hyk_pattern_match *g;

		if (with.p[i] != '\\') {
			luaL_addchar(b, with.p[i]);
			continue;
		}
		i++;
		if (i < with.n && with.p[i] == '\\') {
			luaL_addchar(b, '\\');
			continue;
		}
		if (i == with.n || with.p[i] < '0' || (size_t)(with.p[i] - '0') > n_groups)
			luaL_argerror(L, 3, "after \\ comes \\ or the number of a group");
		g = &groups[with.p[i] - '0'];
		if (g->begin == HYK_PATTERN_NONE)
			continue;
		hyk_meter_charge_bytes(L, g->end - g->begin);
		luaL_addlstring(b, s.p + g->begin, g->end - g->begin);
	}
}

/* Bytes of the character at s[at]; a byte that is none stands for itself. */
static size_t
character(struct hyk_str s, size_t at)
{
	size_t n = 1;

	while (at + n < s.n && n < 4 && ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
		n++;
	return (unsigned char)s.p[at] < 0xc0 ? 1 : n;
}

/* re.replace(s, pattern, with [, most]): every match, from the left, none within another. */
int
hyk_lib_re_replace(lua_State *L)
{
	struct hyk_pattern_match groups[MAX_GROUPS + 1];
	struct hyk_str s = arg(L, 1), with = arg(L, 3);
	lua_Integer most = luaL_optinteger(L, 4, LUA_MAXINTEGER);
	const struct hyk_pattern *p = pattern(L);
	size_t n_groups = hyk_pattern_n_groups(p), from = 0, copied = 0, last = HYK_PATTERN_NONE;
	luaL_Buffer b;

	luaL_buffinit(L, &b);
	while (most > 0 && from <= s.n && find(L, p, s, from, groups)) {
		/* Nothing right behind a match is no match of its own. */
		if (groups[0].begin == groups[0].end && groups[0].begin == last) {
			from = last + (last < s.n ? character(s, last) : 1);
			continue;
		}
		most--;
		hyk_meter_charge_bytes(L, groups[0].end - copied);
		luaL_addlstring(&b, s.p + copied, groups[0].begin - copied);
		add_replacement(L, &b, with, s, groups, n_groups);
		copied = from = last = groups[0].end;
	}
	hyk_meter_charge_bytes(L, s.n - copied);
	luaL_addlstring(&b, s.p + copied, s.n - copied);
	luaL_pushresult(&b);
	return 1;
}
