/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random well-typed expressions: the machine, with folding and its quick steps, and the plain evaluator agree; the
 * machine with a trace, which takes every step alone, answers the same for the same gas; and none takes more than
 * was estimated.
 */
#include "base/buf.h"
#include "cel/check.h"
#include "refeval.h"
#include "support/check.h"

#define GAS UINT64_C(10000000)

enum { X, Y, S, XS, M, B, ABSENT, UNKNOWN, UNKNOWN2, FAILED, AT, SS, RS, N_SLOTS };
enum want { BOOL, INT, STRING, LIST, MAP, OPTIONAL, DURATION, TIME, DOUBLE, N_WANTS };

#define MAX_FORMS 64u

static struct hyk_arena arena;
static struct hyk_value stack[HYK_CEL_STACK], slots[N_SLOTS];
static struct hyk_cel_decl decls[N_SLOTS];
static uint64_t seed;
static unsigned n_vars;

static unsigned
pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void gen(struct hyk_buf *b, enum want w, unsigned depth);

/* A template: letters stand for what is to be put in; v for the newest variable of a macro. */
static void
fill(struct hyk_buf *b, const char *t, unsigned depth)
{
	static const char letters[] = "BISLQORTD";
	unsigned var = n_vars;
	bool binds = strchr(t, '@') != NULL;

	n_vars += binds;
	for (; *t; t++) {
		const char *p = strchr(letters, *t);

		if (*t == '@')
			hyk_buf_printf(b, "v%u", var);
		else if (p)
			gen(b, (enum want)(p - letters), depth);
		else
			hyk_buf_append_char(b, *t);
	}
	n_vars -= binds;
}

static void
gen(struct hyk_buf *b, enum want w, unsigned depth)
{
	static const char *const leaves[N_WANTS][8] = {
		[BOOL] = { "true", "false", "b", "has(m.a)", "x == y", "s in ss", "s in ['a', 'b']" },
		[INT] = { "0", "1", "-7", "x", "y", "9223372036854775807", "absent", "unknown" },
		[STRING] = { "'a'", "''", "s", "'가나'", "s" },
		[LIST] = { "[]", "[1, 2]", "xs", "[x, y]", "rs.map(r, r.days)" },
		[MAP] = { "m", "{'a': 1}", "{}.transformMap(k, z, 1)" },
		[OPTIONAL] = { "optional.none()", "optional.of(1)", "m.?a", "xs[?0]" },
		[DURATION] = { "duration('1h')", "duration('-90s')" },
		[TIME] = { "timestamp(0)", "timestamp('2026-05-09T14:00:00+09:00')", "at" },
		[DOUBLE] = { "1.5", "0.0", "double('NaN')", "-2.25" },
	};
	static const char *const inner[N_WANTS][MAX_FORMS] = {
		[BOOL] = { "(B && B)", "(B || B)", "(!B)", "(B ? B : B)", "(I < I)", "(I == I)", "(S == S)", "(I in L)", "(S in Q)",
			"(L == L)", "L.all(@, @ > I)", "L.exists(@, B || @ == I)", "L.exists_one(@, @ % I == I)",
			"(S.startsWith(S))", "O.hasValue()", "(T < T)", "(at >= T)", "(s == S)", "(s != 'a')", "(x < 1)", "(x >= y)",
			"(I in xs)", "('a' in ss)", "(s in ss)", "(s in ['마을a', 'b'])", "(absent == x)", "(unknown <= 2)",
			"L.all(@, @ != 2)", "L.exists(@, xs.exists(z, z == @))", "L.exists(@, @ == x)",
			"rs.exists(r, r.kind == 'a' && r.days < I)", "rs.all(r, r.kind == s || r.days >= 2)",
			"rs.exists_one(r, r.days == x)", "rs.exists(r, has(r.note) && r.note != S)", "rs.all(r, r.note == s)" },
		[INT] = { "(I + I)", "(I - I)", "(I * I)", "(I / I)", "(I % I)", "(-I)", "size(S)", "size(L)", "L[I]", "Q[S]",
			"(B ? I : I)", "O.orValue(I)", "cel.bind(@, I, @ + @)", "failed", "T.getHours()", "unknown2",
			"T.getHours('Europe/Paris')", "T.getFullYear('America/New_York')", "T.getMonth('+05:30')",
			"T.getMinutes('Nowhere/None')", "at.getHours('Pacific/Chatham')", "at.getFullYear(S)",
			"size(rs.filter(r, r.kind == S))" },
		[STRING] = { "(S + S)", "(B ? S : S)", "string(I)", "S.substring(I)", "S.replace(S, S)" },
		[LIST] = { "(L + L)", "[I, I]", "L.map(@, @ * I)", "L.filter(@, @ < I)", "L.map(@, B, @)", "Q.map(@, size(@))",
			"[I, ?O]", "L.map(@, L.exists(z, z == @) ? I : @)", "(B ? L : L)", "S.split(S).map(@, size(@))" },
		[MAP] = { "{S: I}", "Q.transformMap(k, z, z + I)", "(B ? Q : Q)", "{S: I, ?S: O}" },
		[OPTIONAL] = { "optional.of(I)", "Q[?S]", "L[?I]", "O.or(O)", "O.optMap(@, @ + I)", "optional.ofNonZeroValue(I)",
			"O.optFlatMap(@, B ? O : optional.of(@))" },
		[DURATION] = { "(R + R)", "(R - R)", "(T - T)", "(B ? R : R)", "(at - T)" },
		[TIME] = { "(T + R)", "(T - R)", "(B ? T : T)" },
		[DOUBLE] = { "(D + D)", "(D * D)", "(D / D)", "double(I)", "(B ? D : D)" },
	};
	const char *const *from = depth && pick(4) ? inner[w] : leaves[w];
	unsigned n = 0, max = from == inner[w] ? MAX_FORMS : 8;

	if (w == INT && n_vars && !pick(3)) {
		hyk_buf_printf(b, "v%u", pick(n_vars));
		return;
	}
	while (n < max && from[n])
		n++;
	if (from == inner[w])
		fill(b, from[pick(n)], depth - 1);
	else
		hyk_buf_append_c(b, from[pick(n)]);
}

/* Records as their schema makes them, and with the same fields in another order. */
static struct hyk_value
records(const struct hyk_type *type)
{
	struct hyk_coerce how = { .arena = &arena };
	struct hyk_value items[3], v;
	struct hyk_misfit why;
	struct hyk_mapb b;

	for (unsigned i = 0; i < 3; i++) {
		bool ok = true;

		hyk_mapb_init(&b, &arena);
		if (pick(2))
			ok = hyk_mapb_add_c(&b, "note", hyk_string(HYK_STR("a")));
		ok = ok && hyk_mapb_add_c(&b, "days", hyk_int((int64_t)pick(5) - 1)) &&
		    hyk_mapb_add_c(&b, "kind", hyk_string(pick(2) ? HYK_STR("a") : HYK_STR("b")));
		items[i] = hyk_mapb_finish(&b, NULL);
		CHECK(ok && items[i].kind == HYK_MAP);
	}
	v = hyk_list(&arena, items, pick(4));
	v = hyk_value_copy(&arena, v);
	if (pick(2))
		CHECK(hyk_coerce_value(&how, type, NULL, v, &v, &why));
	return v;
}

static struct hyk_value
reference(const struct hyk_cel_env *env, const struct hyk_source *src)
{
	uint32_t n_nodes = 0;
	struct hyk_cel_parser_in in = { .src = src, .arena = &arena, .n_nodes = &n_nodes };
	struct hyk_cel_checker checker = { .env = env, .src = src, .arena = &arena, .types = { .arena = &arena } };
	struct refeval r = { .arena = &arena, .slots = slots };
	struct hyk_cel_node *n;

	if (hyk_cel_parse(&in, &n) != HYK_OK || !hyk_cel_check(&checker, n, NULL))
		return hyk_absent();
	return refeval(&r, n, NULL);
}

TEST(agreement)
{
	struct hyk_cel_size sizes[N_SLOTS];
	struct hyk_cel_env env = { .decls = decls, .n_decls = N_SLOTS, .sizes = sizes, .n_sizes = N_SLOTS };
	unsigned kinds[HYK_ERROR_VALUE + 1] = { 0 }, refused = 0, disagreed = 0, n = getenv("HYK_LONG") ? 2000000 : 30000;

	for (unsigned i = 0; i < n && disagreed < 5; i++) {
		struct hyk_cel_frame f = { .slots = slots, .n_slots = N_SLOTS, .arena = &arena, .stack = stack, .gas = GAS };
		struct hyk_value items[3] = { hyk_int(1), hyk_int(2), hyk_int(3) }, got, want, traced;
		struct hyk_value texts[2] = { hyk_string(HYK_STR("a")), hyk_string(HYK_STR("마을a")) };
		struct hyk_cel_trace steps = { .arena = &arena };
		uint64_t gas, left;
		const struct hyk_cel_program *p;
		struct hyk_diags diags;
		struct hyk_source *src;
		struct hyk_mapb map;
		struct hyk_buf b;

		hyk_arena_fini(&arena);
		hyk_diags_init(&diags, &arena);
		slots[X] = hyk_int((int64_t)pick(5) - 2);
		slots[Y] = hyk_int(pick(2) ? 3 : INT64_MIN);
		slots[S] = hyk_string(pick(2) ? HYK_STR("a") : HYK_STR("마을a"));
		slots[B] = hyk_bool(pick(2));
		slots[XS] = hyk_list(&arena, items, pick(4));
		hyk_mapb_init(&map, &arena);
		if (pick(2))
			REQUIRE(hyk_mapb_add_c(&map, "a", hyk_int(5)));
		slots[M] = hyk_mapb_finish(&map, NULL);
		slots[ABSENT] = hyk_absent();
		slots[UNKNOWN] = slots[UNKNOWN2] = (struct hyk_value){ .kind = HYK_UNKNOWN };
		slots[AT] = hyk_timestamp((int64_t)pick(2000000000) - 100000000, pick(2) * 500000000);
		slots[SS] = hyk_list(&arena, texts, pick(3));
		slots[RS] = records(decls[RS].type);
		for (unsigned k = 0; k < N_SLOTS; k++)
			sizes[k] = hyk_cel_size_of_value(slots[k]);
		slots[FAILED] = hyk_null(); /* a null where an int was promised: never a crash */
		hyk_buf_init(&b, 0);
		gen(&b, (enum want)pick(N_WANTS), 1 + pick(5));
		src = hyk_source_new(&arena, HYK_STR("random"), hyk_arena_dup(&arena, hyk_buf_peek(&b)));
		hyk_buf_fini(&b);
		REQUIRE(src);
		if (hyk_cel_compile(&env, src, NULL, &arena, &p, &diags) != HYK_OK) {
			refused++;
			continue;
		}
		gas = pick(8) ? GAS : pick(60); /* now and then too little */
		f.gas = gas;
		got = hyk_cel_run(p, &f);
		left = f.gas;
		f.gas = gas;
		f.trace = &steps;
		traced = hyk_cel_run(p, &f);
		if (!check_report(refeval_agree(got, traced) && f.gas == left, __FILE__, __LINE__, "a trace changes nothing")) {
			disagreed++;
			fprintf(stderr, "    %.*s\n    %s for %d, traced %s for %d\n", HYK_STR_ARG(src->text),
			    hyk_kind_name((enum hyk_kind)got.kind), (int)(gas - left),
			    hyk_kind_name((enum hyk_kind)traced.kind), (int)(gas - f.gas));
		}
		kinds[got.kind]++;
		if (!check_report(gas - left <= hyk_cel_program_cost(p), __FILE__, __LINE__, "no dearer than estimated")) {
			disagreed++;
			fprintf(stderr, "    %.*s\n    took %u, estimated %u\n", HYK_STR_ARG(src->text), (unsigned)(gas - left),
			    (unsigned)hyk_cel_program_cost(p));
		}
		if (gas < GAS)
			continue;
		want = reference(&env, src);
		if (!check_report(refeval_agree(got, want), __FILE__, __LINE__, "the two agree")) {
			disagreed++;
			fprintf(stderr, "    %.*s\n    machine %s, reference %s\n", HYK_STR_ARG(src->text),
			    hyk_kind_name((enum hyk_kind)got.kind), hyk_kind_name((enum hyk_kind)want.kind));
		}
	}
	/* the generator is worth something: few are refused, and all kinds of answers come */
	CHECK(refused < n / 10);
	CHECK(kinds[HYK_BOOL] > n / 50 && kinds[HYK_ERROR_VALUE] > n / 50 && kinds[HYK_UNKNOWN] > n / 100);
	CHECK(kinds[HYK_LIST] > n / 100 && kinds[HYK_OPTIONAL] > n / 100);
}

int
main(void)
{
	static const char *const names[] = { "x", "y", "s", "xs", "m", "b", "absent", "unknown", "unknown2", "failed", "at",
		"ss", "rs" };
	static struct hyk_field fields[3] = { { .name = HYK_STR_INIT("kind"), .slot = HYK_NO_SLOT },
		{ .name = HYK_STR_INIT("note"), .slot = HYK_NO_SLOT, .optional = true },
		{ .name = HYK_STR_INIT("days"), .slot = HYK_NO_SLOT } };
	static const struct hyk_type record = { .kind = HYK_T_RECORD, .name = HYK_STR_INIT("record"), .fields = fields,
		.n_fields = 3 };
	const char *seed_text = getenv("HYK_SEED");
	struct hyk_arena types;

	hyk_arena_init(&arena, 0);
	hyk_arena_init(&types, 0);
	seed = seed_text ? strtoull(seed_text, NULL, 10) : 1;
	for (uint32_t i = 0; i < N_SLOTS; i++)
		decls[i] = (struct hyk_cel_decl){ hyk_str_from_c(names[i]), hyk_type_basic(HYK_T_INT), i, NULL };
	decls[S].type = hyk_type_basic(HYK_T_STRING);
	decls[B].type = hyk_type_basic(HYK_T_BOOL);
	decls[XS].type = hyk_type_list(&types, hyk_type_basic(HYK_T_INT));
	decls[M].type = hyk_type_map(&types, hyk_type_basic(HYK_T_STRING), hyk_type_basic(HYK_T_INT));
	fields[0].type = fields[1].type = decls[S].type;
	fields[2].type = hyk_type_basic(HYK_T_INT);
	decls[AT].type = hyk_type_basic(HYK_T_TIMESTAMP);
	decls[SS].type = hyk_type_list(&types, decls[S].type);
	decls[RS].type = hyk_type_list(&types, &record);
	RUN(agreement);
	hyk_arena_fini(&arena);
	hyk_arena_fini(&types);
	return check_done();
}
