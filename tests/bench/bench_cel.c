/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_cel - twelve conditions by the engine and by hand in Lua 5.4, in turns, in one run; and what the design
 * asks of them, line by line, with what was measured.
 *
 *	bench_cel [ROUNDS] [FILE.json] [ID]      the last: this condition alone, by the engine alone, for a profiler
 *
 * Facts are in memory before the clock starts: in slots for the engine, in tables for Lua. A Lua call is what a
 * host has to do: rawgeti, pushvalue, pcall, toboolean; sets are tables, patterns Lua's own, the zone a C
 * function. Time is CPU time of the thread. In a round the two take turns batch by batch and the best batch of
 * each counts, so that what disturbs the machine disturbs both; told are the medians of the rounds, of the ratio
 * too. Both must give the expected answer before anything is measured. Never a pass or fail by time.
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cel/cel.h"
#include "value/json.h"

#define MAX_ROUNDS 99
#define BATCHES 8
#define BATCH_NS 1500000.0
#define GAS 1000000u

/* The facts
 * ------------------------------------------------------------------------------------------------------
 */

enum {
	ACTION,
	VERIFIED,
	AGE,
	DISTRICT,
	ROLES,
	RECORDS,
	GROUPS,
	TRUST,
	SUBJECT_ID, /* who */
	RESOURCE_ID,
	RESOURCE_KIND,
	RESOURCE_DISTRICT,
	RESOURCE_OWNER,
	ALLOWED,
	QUOTA,
	FEE,
	STATUS, /* what */
	START,
	END,
	USED,
	AMOUNT,
	PARTY,
	NOW,
	TEXT,
	N_SLOTS
};

static const struct fact {
	const char *root, *name, *type;
	bool optional;
} facts[N_SLOTS] = {
	[ACTION] = { "action", "name", "s", false },
	[VERIFIED] = { "subject", "verified", "b", false },
	[AGE] = { "subject", "age", "i", false },
	[DISTRICT] = { "subject", "district", "s", false },
	[ROLES] = { "subject", "roles", "Ls", false },
	[RECORDS] = { "subject", "records", "LR", false },
	[GROUPS] = { "subject", "groups", "Ls", false },
	[TRUST] = { "subject", "trust", "d", true },
	[SUBJECT_ID] = { "subject", "id", "s", false },
	[RESOURCE_ID] = { "resource", "id", "s", false },
	[RESOURCE_KIND] = { "resource", "kind", "s", false },
	[RESOURCE_DISTRICT] = { "resource", "district", "s", false },
	[RESOURCE_OWNER] = { "resource", "owner", "s", false },
	[ALLOWED] = { "resource", "allowed", "Ls", false },
	[QUOTA] = { "resource", "quota", "i", false },
	[FEE] = { "resource", "fee", "i", false },
	[STATUS] = { "resource", "status", "s", false },
	[START] = { "context", "start", "t", false },
	[END] = { "context", "end", "t", false },
	[USED] = { "context", "used", "i", false },
	[AMOUNT] = { "context", "amount", "i", false },
	[PARTY] = { "context", "party", "i", false },
	[NOW] = { NULL, "now", "t", false },
	[TEXT] = { NULL, "text", "s", false },
};

/* The same facts as Lua tables: times as seconds. */
static const char request[] =
    "return { action = { name = 'reserve' },"
    " subject = { id = 'mina', verified = true, age = 34, district = 'jongno', trust = 0.8,"
    "  roles = { 'resident', 'member', 'volunteer', 'steward' }, groups = { 'a1', 'b2', 'c3', 'd4', 'e5' },"
    "  records = { { kind = 'late', days = 10 }, { kind = 'late', days = 20 }, { kind = 'late', days = 30 },"
    "   { kind = 'late', days = 40 }, { kind = 'late', days = 50 }, { kind = 'late', days = 60 },"
    "   { kind = 'late', days = 70 }, { kind = 'late', days = 80 }, { kind = 'damage', days = 400 },"
    "   { kind = 'damage', days = 30 } } },"
    " resource = { id = 'tool-0417', kind = 'tool', district = 'jongno', owner = 'library', quota = 40, fee = 300,"
    "  status = 'active', allowed = { 'v1', 'w2', 'x3', 'y4', 'e5' } },"
    " context = { start = 1778295600, ['end'] = 1778306400, used = 12, amount = 5, party = 6 }, now = 1778200000 }";

static const struct condition {
	const char *id, *title, *cel, *lua;
	bool answer;
} conditions[] = {
	{ "C01", "action and a bool", "action.name == 'reserve' && subject.verified",
	    "return r.action.name == 'reserve' and r.subject.verified", true },
	{ "C02", "int order, text equality",
	    "subject.age >= 19 && subject.district == resource.district",
	    "return r.subject.age >= 19 and r.subject.district == r.resource.district", true },
	{ "C03", "in a literal list",
	    "resource.kind in ['book', 'space', 'garden', 'seat', 'tool']",
	    "return set[r.resource.kind] == true", true },
	{ "C04", "role in a list", "'steward' in subject.roles || subject.id == resource.owner",
	    "local l = r.subject.roles for i = 1, #l do if l[i] == 'steward' then return true end end"
	    " return r.subject.id == r.resource.owner",
	    true },
	{ "C05", "times", "context.start >= now && context.end - context.start <= duration('4h')",
	    "local c = r.context return c.start >= r.now and c['end'] - c.start <= 14400", true },
	{ "C06", "quota arithmetic",
	    "context.used + context.amount <= resource.quota && context.amount * resource.fee - context.used * 10 <= 2000",
	    "local c, s = r.context, r.resource return c.used + c.amount <= s.quota and c.amount * s.fee - c.used * 10 <= 2000",
	    true },
	{ "C07", "hours and weekday in a zone",
	    "context.start.getHours('Asia/Seoul') >= 9 && context.start.getHours('Asia/Seoul') < 18 && "
	    "context.start.getDayOfWeek('Asia/Seoul') != 0",
	    "local h = hour(r.context.start) return h >= 9 and h < 18 and wday(r.context.start) ~= 0",
	    true },
	{ "C08", "exists over ten", "subject.records.exists(x, x.kind == 'damage' && x.days < 90)",
	    "local l = r.subject.records for i = 1, #l do local x = l[i]"
	    " if x.kind == 'damage' and x.days < 90 then return true end end return false",
	    true },
	{ "C09", "pattern", "resource.id.matches('^tool-[0-9]{4}$')",
	    "return find(r.resource.id, '^tool%-%d%d%d%d$') ~= nil", true },
	{ "C10", "exists in exists, five by five",
	    "subject.groups.exists(g, resource.allowed.exists(a, a == g))",
	    "local l, m = r.subject.groups, r.resource.allowed for i = 1, #l do local g = l[i]"
	    " for k = 1, #m do if m[k] == g then return true end end end return false",
	    true },
	{ "C11", "has, choice, double",
	    "has(subject.trust) ? subject.trust >= 0.75 : subject.age > 30",
	    "local s = r.subject if s.trust ~= nil then return s.trust >= 0.75 end return s.age > 30",
	    true },
	{ "C12", "ten clauses",
	    "action.name == 'reserve' && subject.verified && subject.age >= 19 && subject.district == resource.district && "
	    "resource.kind in ['book', 'space', 'garden', 'seat', 'tool'] && 'steward' in subject.roles && "
	    "context.start >= now && context.end - context.start <= duration('4h') && "
	    "context.used + context.amount <= resource.quota && resource.status != 'closed'",
	    "local s, c, a = r.subject, r.context, r.resource"
	    " if not (r.action.name == 'reserve' and s.verified and s.age >= 19 and s.district == a.district"
	    "  and set[a.kind]) then return false end"
	    " local l, found = s.roles, false for i = 1, #l do if l[i] == 'steward' then found = true break end end"
	    " return found and c.start >= r.now and c['end'] - c.start <= 14400 and c.used + c.amount <= a.quota"
	    "  and a.status ~= 'closed'",
	    true },
};
#define N HYK_ARRAY_LEN(conditions)

static struct hyk_arena arena;
static struct hyk_value slots[N_SLOTS], stack[HYK_CEL_STACK];
static struct hyk_field fields[N_SLOTS];
static struct hyk_type roots[4];
static struct hyk_cel_decl decls[N_SLOTS];
static struct hyk_cel_env env = { .decls = decls, .civic = true };
static lua_State *lua;

static void
die(const char *what, const char *which)
{
	fprintf(stderr, "bench_cel: %s%s%s\n", what, which[0] != '\0' ? ": " : "", which);
	exit(1);
}

static const struct hyk_type *
type_of(const char *code)
{
	static const struct hyk_field record[2] = { { .name = HYK_STR_INIT("kind"),
							.slot = HYK_NO_SLOT },
		{ .name = HYK_STR_INIT("days"), .slot = HYK_NO_SLOT } };
	static struct hyk_field typed[2];
	static struct hyk_type r = {
		.kind = HYK_T_RECORD, .name = HYK_STR_INIT("record"), .fields = typed, .n_fields = 2
	};

	switch (code[0]) {
	case 'b':
		return hyk_type_basic(HYK_T_BOOL);
	case 'i':
		return hyk_type_basic(HYK_T_INT);
	case 'd':
		return hyk_type_basic(HYK_T_DOUBLE);
	case 't':
		return hyk_type_basic(HYK_T_TIMESTAMP);
	case 'L':
		return hyk_type_list(&arena, type_of(code + 1));
	case 'R':
		memcpy(typed, record, sizeof(record));
		typed[0].type = hyk_type_basic(HYK_T_STRING);
		typed[1].type = hyk_type_basic(HYK_T_INT);
		return &r;
	default:
		return hyk_type_basic(HYK_T_STRING);
	}
}

static void
declare(void)
{
	size_t n_roots = 0, n = 0;

	for (size_t i = 0; i < N_SLOTS; i++) {
		const struct fact *f = &facts[i];
		struct hyk_type *root = NULL;

		if (f->root == NULL) {
			decls[n++] = (struct hyk_cel_decl){ hyk_str_from_c(f->name),
				type_of(f->type), (uint32_t)i, NULL };
			continue;
		}
		fields[i] = (struct hyk_field){ .name = hyk_str_from_c(f->name),
			.type = type_of(f->type),
			.slot = (uint32_t)i,
			.optional = f->optional };
		for (size_t k = 0; k < n_roots; k++)
			root = hyk_str_eq_c(roots[k].name, f->root) ? &roots[k] : root;
		if (root == NULL) { /* the facts of a root stand together */
			root = &roots[n_roots++];
			*root = (struct hyk_type){ .kind = HYK_T_RECORD,
				.name = hyk_str_from_c(f->root),
				.fields = &fields[i] };
			decls[n++] = (struct hyk_cel_decl){ root->name, root, HYK_NO_SLOT, NULL };
		}
		root->n_fields++;
	}
	env.n_decls = n;
}

/* One Lua value as ours; times become time stamps where the slot says so. */
static struct hyk_value
from_lua(int at)
{
	size_t len;
	const char *s;

	switch (lua_type(lua, at)) {
	case LUA_TBOOLEAN:
		return hyk_bool(lua_toboolean(lua, at));
	case LUA_TNUMBER:
		return lua_isinteger(lua, at) ? hyk_int(lua_tointeger(lua, at))
					      : hyk_double(lua_tonumber(lua, at));
	case LUA_TSTRING:
		s = lua_tolstring(lua, at, &len);
		return hyk_string(hyk_arena_dup(&arena, hyk_str_make(s, len)));
	default:
		return hyk_null();
	}
}

static struct hyk_value
table_from_lua(int at, bool list)
{
	struct hyk_value items[32];
	struct hyk_mapb b;
	uint32_t n = 0;

	if (!list) {
		hyk_mapb_init(&b, &arena);
		for (lua_pushnil(lua); lua_next(lua, at) != 0; lua_pop(lua, 1))
			if (!hyk_mapb_add(&b, from_lua(-2), from_lua(-1)))
				die("no memory", "");
		return hyk_mapb_finish(&b, NULL);
	}
	for (uint32_t i = 1; i <= lua_rawlen(lua, at) && n < 32; i++) {
		lua_rawgeti(lua, at, i);
		items[n++] = lua_istable(lua, -1) ? table_from_lua(lua_gettop(lua), false)
						  : from_lua(-1);
		lua_pop(lua, 1);
	}
	return hyk_value_copy(&arena, hyk_list(&arena, items, n));
}

/* As the engine does with what a request brings. */
static struct hyk_value
by_schema(const char *type, struct hyk_value v)
{
	struct hyk_coerce how = { .arena = &arena };
	struct hyk_misfit why;

	if (!hyk_coerce_value(&how, type_of(type), NULL, v, &v, &why))
		die("does not fit its schema", why.path.p);
	return v;
}

static void
fill(int table)
{
	for (size_t i = 0; i < N_SLOTS; i++) {
		int top = lua_gettop(lua);

		lua_pushvalue(lua, table);
		if (facts[i].root != NULL)
			lua_getfield(lua, -1, facts[i].root);
		lua_getfield(lua, -1, facts[i].name);
		slots[i] = lua_istable(lua, -1) ? table_from_lua(lua_gettop(lua), true)
						: from_lua(-1);
		if (facts[i].type[0] == 't')
			slots[i] = hyk_timestamp(slots[i].as.i, 0);
		else if (slots[i].kind != HYK_NULL) /* the text comes later */
			slots[i] = by_schema(facts[i].type, slots[i]);
		lua_settop(lua, top);
	}
}

/* Lua
 * ------------------------------------------------------------------------------------------------------------
 */

static const struct hyk_zone *seoul;

static int
lua_hour(lua_State *l)
{
	int64_t s = lua_tointeger(l, 1);

	lua_pushinteger(l, (s + hyk_zone_offset_at(seoul, s)) % 86400 / 3600);
	return 1;
}

static int
lua_wday(lua_State *l)
{
	int64_t s = lua_tointeger(l, 1);

	lua_pushinteger(l, ((s + hyk_zone_offset_at(seoul, s)) / 86400 + 4) % 7);
	return 1;
}

static int
load_lua(const struct condition *c)
{
	static const char head[] =
	    "local hour, wday = hour, wday local find = string.find"
	    " local set = { book = true, space = true, garden = true, seat = true, tool = true } return function(r) ";
	char text[2048];

	snprintf(text, sizeof(text), "%s%s end", head, c->lua);
	if (luaL_loadstring(lua, text) != LUA_OK || lua_pcall(lua, 0, 1, 0) != LUA_OK)
		die(c->id, lua_tostring(lua, -1));
	return luaL_ref(lua, LUA_REGISTRYINDEX);
}

static bool
lua_ask(int ref, int table)
{
	bool b;

	lua_rawgeti(lua, LUA_REGISTRYINDEX, ref);
	lua_pushvalue(lua, table);
	if (lua_pcall(lua, 1, 1, 0) != LUA_OK)
		die("lua", lua_tostring(lua, -1));
	b = lua_toboolean(lua, -1);
	lua_pop(lua, 1);
	return b;
}

/* Measuring
 * ------------------------------------------------------------------------------------------------------
 */

struct series {
	double round[MAX_ROUNDS];
	size_t n;
};

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(struct series *s)
{
	qsort(s->round, s->n, sizeof(s->round[0]), by_size);
	return s->n % 2 ? s->round[s->n / 2] : (s->round[s->n / 2 - 1] + s->round[s->n / 2]) / 2;
}

struct subject {
	const struct condition *c;
	const struct hyk_cel_program *p; /* NULL: Lua */
	int ref, table;
	unsigned long times;
};

static volatile unsigned long sink;

static double
batch(const struct subject *s, struct hyk_cel_frame *f, unsigned long times)
{
	double from = now_ns();
	unsigned long yes = 0;

	if (s->p != NULL) {
		for (unsigned long i = 0; i < times; i++) {
			f->gas = GAS;
			yes += hyk_cel_run(s->p, f).as.b;
		}
	} else {
		for (unsigned long i = 0; i < times; i++)
			yes += lua_ask(s->ref, s->table);
	}
	sink += yes;
	return (now_ns() - from) / (double)times;
}

static double
compile_ns(const struct hyk_source *src)
{
	double best = INFINITY;

	for (int i = 0; i < 20; i++) {
		struct hyk_arena_mark m = hyk_arena_mark(&arena);
		const struct hyk_cel_program *p;
		double from = now_ns(), took;

		if (hyk_cel_compile(&env, src, hyk_type_basic(HYK_T_BOOL), &arena, &p, NULL) !=
		    HYK_OK)
			die("compile", "");
		took = now_ns() - from;
		best = took < best ? took : best;
		hyk_arena_rewind(&arena, m);
	}
	return best;
}

static const struct hyk_cel_program *
compile(const char *text, const struct hyk_source **ret_src)
{
	const struct hyk_cel_program *p = NULL;
	struct hyk_diags d;

	hyk_diags_init(&d, &arena);
	*ret_src = hyk_source_new(&arena, HYK_STR("condition"), hyk_str_from_c(text));
	if (hyk_cel_compile(&env, *ret_src, hyk_type_basic(HYK_T_BOOL), &arena, &p, &d) != HYK_OK) {
		struct hyk_buf b;

		hyk_buf_init(&b, 0);
		hyk_diags_render(&b, &d, HYK_LANG_EN);
		fwrite(b.p, 1, b.n, stderr);
		die("does not compile", text);
	}
	return p;
}

/* 5,000 letters for the pattern that other engines need an age for; best of some. */
static double
wild_pattern_ns(const struct hyk_cel_program *p, struct hyk_cel_frame *f, char last)
{
	static char text[5001];
	double best = INFINITY;

	memset(text, 'a', 5000);
	text[4999] = last;
	slots[TEXT] = hyk_string(hyk_str_make(text, 5000));
	for (int i = 0; i < 20; i++) {
		struct hyk_arena_mark m = hyk_arena_mark(&arena);
		double from, took;
		struct hyk_value v;

		f->gas = GAS;
		from = now_ns();
		v = hyk_cel_run(p, f);
		took = now_ns() - from;
		if (v.kind != HYK_BOOL || v.as.b != (last == 'a'))
			die("(a+)+$", v.kind == HYK_ERROR_VALUE ? v.as.err->text.p : "wrong answer");
		best = took < best ? took : best;
		hyk_arena_rewind(&arena, m);
	}
	return best;
}

/* A request of about 1 kB to values. */
static double
json_ns(size_t *ret_bytes)
{
	struct hyk_buf b;
	const struct hyk_source *src;
	double best = INFINITY;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b,
	    "{\"subject\":{\"type\":\"person\",\"id\":\"mina\"},\"action\":{\"name\":\"reserve\"},"
	    "\"resource\":{\"type\":\"tool\",\"id\":\"tool-0417\"},\"context\":{\"start\":\"2026-05-09T12:00:00+09:00\"");
	for (int i = 0; b.n < 1000; i++)
		hyk_buf_printf(&b, ",\"fact_%d\":%s", i,
		    i % 3 == 0       ? "\"종로구 주민\""
			: i % 3 == 1 ? "12345"
				     : "[true,0.5]");
	hyk_buf_append_c(&b, "}}");
	*ret_bytes = b.n;
	src = hyk_source_new(&arena, HYK_STR("request"), hyk_buf_peek(&b));
	for (int i = 0; i < 300; i++) {
		struct hyk_arena_mark m = hyk_arena_mark(&arena);
		struct hyk_value v;
		double from = now_ns(), took;

		if (hyk_json_parse(&arena, src, NULL, &v, NULL) != HYK_OK)
			die("json", "");
		took = now_ns() - from;
		best = took < best ? took : best;
		hyk_arena_rewind(&arena, m);
	}
	hyk_buf_fini(&b);
	return best;
}

/* What was measured, a value a round. */
static struct measured {
	struct series cel, lua, ratio, compile;
} measured[N];
static struct series wild[2]; /* without a match, with one */
static struct series json;
static size_t arena_bytes, json_bytes;
static double geometric_mean;

static void
add(struct series *s, double v)
{
	s->round[s->n++] = v;
}

static void
measure_round(struct subject subjects[N][2], struct hyk_cel_frame *f)
{
	size_t used = arena.used;

	for (size_t i = 0; i < N; i++) {
		double best[2] = { INFINITY, INFINITY };

		for (int b = 0; b < BATCHES; b++) {
			for (int k = 0; k < 2; k++) {
				double took = batch(&subjects[i][k], f, subjects[i][k].times);

				best[k] = took < best[k] ? took : best[k];
			}
		}
		add(&measured[i].cel, best[0]);
		add(&measured[i].lua, best[1]);
		add(&measured[i].ratio, best[1] / best[0]);
	}
	arena_bytes += arena.used - used;
}

static void
print_conditions(FILE *out)
{
	double logs = 0;

	printf("%-36s %26s %26s  %5s  %s\n", "condition", "engine, ns (spread)", "Lua 5.4, ns (spread)", "ratio",
	    "compile, us");
	for (size_t i = 0; i < N; i++) {
		struct measured *m = &measured[i];
		double e = median(&m->cel), l = median(&m->lua), ratio = median(&m->ratio), c = median(&m->compile) / 1000;
		size_t last = m->cel.n - 1;

		logs += log(ratio);
		printf("%s %-32s %7.1f (%6.1f to %7.1f) %7.1f (%6.1f to %7.1f)  %5.2f  %6.1f\n", conditions[i].id,
		    conditions[i].title, e, m->cel.round[0], m->cel.round[last], l, m->lua.round[0], m->lua.round[last],
		    ratio, c);
		if (out)
			fprintf(out,
			    "%s\n {\"id\": \"%s\", \"title\": \"%s\", \"engine_ns\": {\"median\": %.2f, \"least\": %.2f, "
			    "\"most\": %.2f}, \"lua_ns\": {\"median\": %.2f, \"least\": %.2f, \"most\": %.2f}, \"ratio\": %.3f, "
			    "\"compile_us\": %.2f}",
			    i > 0 ? "," : "", conditions[i].id, conditions[i].title, e, m->cel.round[0], m->cel.round[last], l,
			    m->lua.round[0], m->lua.round[last], ratio, c);
	}
	geometric_mean = exp(logs / (double)N);
}

/* One line of what is asked, and whether it is so. */
static void
print_line(FILE *out, const char *what, double got, bool at_least, double asked, const char *unit, const char *which)
{
	static bool first = true;
	bool met = at_least ? got >= asked : got <= asked;

	printf("%-52s %2s %6.2f %-2s  %8.2f %-2s %-4s %s\n", what, at_least ? ">=" : "<=", asked, unit, got, unit, which,
	    met ? "met" : "NOT MET");
	if (out)
		fprintf(out, "%s\n {\"what\": \"%s\", \"asked\": %g, \"at_least\": %s, \"measured\": %.3f, \"met\": %s}",
		    first ? "" : ",", what, asked, at_least ? "true" : "false", got, met ? "true" : "false");
	first = false;
}

static struct measured *
of(const char *id)
{
	for (size_t i = 0; i < N; i++) {
		if (strcmp(conditions[i].id, id) == 0)
			return &measured[i];
	}
	die("there is no condition", id);
	return NULL;
}

static void
print_bar(FILE *out)
{
	static const char *const simple[] = { "C01", "C02", "C03", "C04", "C05", "C06", "C11" };
	const char *slowest = "", *nearest = "", *longest = "";
	double ns = 0, ratio = INFINITY, compile_us = 0, wild_us;

	for (size_t i = 0; i < HYK_ARRAY_LEN(simple); i++) {
		if (median(&of(simple[i])->cel) > ns) {
			ns = median(&of(simple[i])->cel);
			slowest = simple[i];
		}
	}
	for (size_t i = 0; i < N; i++) {
		if (median(&measured[i].ratio) < ratio) {
			ratio = median(&measured[i].ratio);
			nearest = conditions[i].id;
		}
		if (median(&measured[i].compile) / 1000 > compile_us) {
			compile_us = median(&measured[i].compile) / 1000;
			longest = conditions[i].id;
		}
	}
	wild_us = fmax(median(&wild[0]), median(&wild[1])) / 1000;
	printf("\n%-52s %12s  %11s\n", "what is asked", "", "measured");
	if (out)
		fprintf(out, "\n ], \"asked\": [");
	print_line(out, "as fast as Lua on each, the least", ratio, true, 1, "", nearest);
	print_line(out, "times as fast as Lua, geometric mean", geometric_mean, true, 2.5, "", "");
	print_line(out, "three clauses or fewer, the slowest", ns, false, 60, "ns", slowest);
	print_line(out, "ten clauses", median(&of("C12")->cel), false, 250, "ns", "C12");
	print_line(out, "exists over ten records", median(&of("C08")->cel), false, 250, "ns", "C08");
	print_line(out, "hours and weekday in a zone", median(&of("C07")->cel), false, 150, "ns", "C07");
	print_line(out, "constant pattern", median(&of("C09")->cel), false, 150, "ns", "C09");
	print_line(out, "compile, the longest", compile_us, false, 50, "us", longest);
	print_line(out, "(a+)+$ on 5,000 characters, the slower of two", wild_us, false, 100, "us", "");
	print_line(out, "JSON of 1 kB to values", median(&json) / 1000 * 1024 / (double)json_bytes, false, 3, "us", "");
	print_line(out, "bytes taken by answers", (double)arena_bytes, false, 0, "", "");
}

static void
set_up(struct hyk_cel_frame *f, struct subject subjects[N][2], const struct hyk_source *src[N])
{
	int table;

	hyk_arena_init(&arena, 0);
	if (hyk_zone_get(HYK_STR("Asia/Seoul"), &seoul) != HYK_OK)
		die("there is no zone Asia/Seoul", "");
	f->zone = seoul;
	lua = luaL_newstate();
	if (lua == NULL)
		die("no memory", "");
	luaL_openlibs(lua);
	lua_register(lua, "hour", lua_hour);
	lua_register(lua, "wday", lua_wday);
	if (luaL_dostring(lua, request) != LUA_OK)
		die("request", lua_tostring(lua, -1));
	table = lua_gettop(lua);
	declare();
	fill(table);
	for (size_t i = 0; i < N; i++) {
		const struct condition *c = &conditions[i];
		struct hyk_value v;

		subjects[i][0] = (struct subject){ c, compile(c->cel, &src[i]), 0, 0, 1000 };
		subjects[i][1] = (struct subject){ c, NULL, load_lua(c), table, 1000 };
		f->gas = GAS;
		v = hyk_cel_run(subjects[i][0].p, f);
		if (v.kind != HYK_BOOL || v.as.b != c->answer)
			die("the engine answers wrongly", c->id);
		if (lua_ask(subjects[i][1].ref, table) != c->answer)
			die("Lua answers wrongly", c->id);
		for (int k = 0; k < 2; k++)
			subjects[i][k].times = (unsigned long)(BATCH_NS / batch(&subjects[i][k], f, 2000)) + 1;
	}
}

int
main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 9;
	struct hyk_cel_frame f = { .slots = slots, .n_slots = N_SLOTS, .arena = &arena, .stack = stack, .gas = GAS };
	static struct subject subjects[N][2];
	const struct hyk_source *src[N], *wild_src;
	const struct hyk_cel_program *wild_pattern;
	double loads[3] = { 0 };
	FILE *out = NULL;

	if (rounds < 1 || rounds > MAX_ROUNDS)
		die("ROUNDS is 1 to 99", "");
	set_up(&f, subjects, src);
	for (size_t i = 0; argc > 3 && i < N; i++) {
		if (strcmp(conditions[i].id, argv[3]) == 0) {
			for (long r = 0; r < rounds; r++)
				printf("%s %.1f\n", argv[3], batch(&subjects[i][0], &f, 2000000));
			return 0;
		}
	}
	getloadavg(loads, 3);
	wild_pattern = compile("text.matches('(a+)+$')", &wild_src);
	for (long r = 0; r < rounds; r++) {
		measure_round(subjects, &f);
		for (size_t i = 0; i < N; i++)
			add(&measured[i].compile, compile_ns(src[i]));
		add(&wild[0], wild_pattern_ns(wild_pattern, &f, 'b'));
		add(&wild[1], wild_pattern_ns(wild_pattern, &f, 'a'));
		add(&json, json_ns(&json_bytes));
	}

	if (argc > 2 && (out = fopen(argv[2], "w")) == NULL)
		die("cannot write", argv[2]);
	if (out)
		fprintf(out, "{\"rounds\": %ld, \"processors\": %ld, \"load_before\": %.2f, \"conditions\": [", rounds,
		    sysconf(_SC_NPROCESSORS_ONLN), loads[0]);
	print_conditions(out);
	print_bar(out);
	printf("load average when it began: %.2f on %ld processors\n", loads[0], sysconf(_SC_NPROCESSORS_ONLN));
	if (out) {
		fprintf(out,
		    "\n ], \"geometric_mean_ratio\": %.3f, \"wild_pattern_us\": {\"no_match\": %.2f, \"match\": %.2f}, "
		    "\"json_request\": {\"bytes\": %zu, \"us\": %.3f}, \"arena_bytes\": %zu}\n",
		    geometric_mean, median(&wild[0]) / 1000, median(&wild[1]) / 1000, json_bytes, median(&json) / 1000, arena_bytes);
		if (fclose(out) != 0)
			die("cannot write", argv[2]);
	}
	lua_close(lua);
	hyk_arena_fini(&arena);
	hyk_zones_fini();
	return 0;
}
