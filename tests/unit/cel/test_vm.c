/* SPDX-License-Identifier: Apache-2.0 */
/* Random well-typed expressions: the machine, with folding and its short cuts, and the plain evaluator agree. */
#include <math.h>

#include "base/buf.h"
#include "cel/check.h"
#include "refeval.h"
#include "support/check.h"

enum { X, Y, S, XS, M, B, ABSENT, UNKNOWN, UNKNOWN2, FAILED, N_SLOTS };
enum want { BOOL, INT, STRING, LIST, MAP, OPTIONAL, DURATION, TIME, DOUBLE, N_WANTS };

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
		[BOOL] = { "true", "false", "b", "has(m.a)", "x == y" },
		[INT] = { "0", "1", "-7", "x", "y", "9223372036854775807", "absent", "unknown" },
		[STRING] = { "'a'", "''", "s", "'가나'", "s" },
		[LIST] = { "[]", "[1, 2]", "xs", "[x, y]" },
		[MAP] = { "m", "{'a': 1}", "{}.transformMap(k, z, 1)" },
		[OPTIONAL] = { "optional.none()", "optional.of(1)", "m.?a", "xs[?0]" },
		[DURATION] = { "duration('1h')", "duration('-90s')" },
		[TIME] = { "timestamp(0)", "timestamp('2026-05-09T14:00:00+09:00')" },
		[DOUBLE] = { "1.5", "0.0", "double('NaN')", "-2.25" },
	};
	static const char *const inner[N_WANTS][16] = {
		[BOOL] = { "(B && B)", "(B || B)", "(!B)", "(B ? B : B)", "(I < I)", "(I == I)", "(S == S)", "(I in L)", "(S in Q)",
			"(L == L)", "L.all(@, @ > I)", "L.exists(@, B || @ == I)", "L.exists_one(@, @ % I == I)",
			"(S.startsWith(S))", "O.hasValue()", "(T < T)" },
		[INT] = { "(I + I)", "(I - I)", "(I * I)", "(I / I)", "(I % I)", "(-I)", "size(S)", "size(L)", "L[I]", "Q[S]",
			"(B ? I : I)", "O.orValue(I)", "cel.bind(@, I, @ + @)", "failed", "T.getHours()", "unknown2" },
		[STRING] = { "(S + S)", "(B ? S : S)", "string(I)", "S.substring(I)", "S.replace(S, S)" },
		[LIST] = { "(L + L)", "[I, I]", "L.map(@, @ * I)", "L.filter(@, @ < I)", "L.map(@, B, @)", "Q.map(@, size(@))",
			"[I, ?O]", "L.map(@, L.exists(z, z == @) ? I : @)", "(B ? L : L)", "S.split(S).map(@, size(@))" },
		[MAP] = { "{S: I}", "Q.transformMap(k, z, z + I)", "(B ? Q : Q)", "{S: I, ?S: O}" },
		[OPTIONAL] = { "optional.of(I)", "Q[?S]", "L[?I]", "O.or(O)", "O.optMap(@, @ + I)", "optional.ofNonZeroValue(I)",
			"O.optFlatMap(@, B ? O : optional.of(@))" },
		[DURATION] = { "(R + R)", "(R - R)", "(T - T)", "(B ? R : R)" },
		[TIME] = { "(T + R)", "(T - R)", "(B ? T : T)" },
		[DOUBLE] = { "(D + D)", "(D * D)", "(D / D)", "double(I)", "(B ? D : D)" },
	};
	const char *const *from = depth && pick(4) ? inner[w] : leaves[w];
	unsigned n = 0, max = from == inner[w] ? 16 : 8;

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

/* The same, deep; two errors are the same, two unknowns wait for the same facts. */
static bool
agree(struct hyk_value a, struct hyk_value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == HYK_ERROR_VALUE)
		return true;
	if (a.kind == HYK_UNKNOWN)
		return a.as.unknown->n == b.as.unknown->n &&
		    memcmp(a.as.unknown->slots, b.as.unknown->slots, a.as.unknown->n * sizeof(uint32_t)) == 0;
	if (a.kind == HYK_DOUBLE && isnan(a.as.d) && isnan(b.as.d))
		return true;
	if (a.kind == HYK_OPTIONAL && a.as.opt && b.as.opt)
		return agree(*a.as.opt, *b.as.opt);
	return hyk_value_equal(a, b);
}

static struct hyk_value
reference(const struct hyk_cel_env *env, const struct hyk_source *src)
{
	uint32_t n_nodes = 0;
	struct hyk_cel_parser_in in = { .src = src, .arena = &arena, .n_nodes = &n_nodes };
	struct hyk_cel_checker checker = { .env = env, .src = src, .arena = &arena, .types = { .arena = &arena } };
	struct refeval r = { &arena, slots };
	struct hyk_cel_node *n;

	if (hyk_cel_parse(&in, &n) != HYK_OK || !hyk_cel_check(&checker, n, NULL))
		return hyk_absent();
	return refeval(&r, n, NULL);
}

TEST(agreement)
{
	struct hyk_cel_env env = { .decls = decls, .n_decls = N_SLOTS };
	unsigned kinds[HYK_ERROR_VALUE + 1] = { 0 }, refused = 0, disagreed = 0, n = getenv("HYK_LONG") ? 2000000 : 30000;

	for (unsigned i = 0; i < n && disagreed < 5; i++) {
		struct hyk_cel_frame f = { .slots = slots, .n_slots = N_SLOTS, .arena = &arena, .stack = stack, .gas = 10000000 };
		struct hyk_value items[3] = { hyk_int(1), hyk_int(2), hyk_int(3) }, got, want;
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
		got = hyk_cel_run(p, &f);
		want = reference(&env, src);
		kinds[got.kind]++;
		if (!check_report(agree(got, want), __FILE__, __LINE__, "the two agree")) {
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
	static const char *const names[] = { "x", "y", "s", "xs", "m", "b", "absent", "unknown", "unknown2", "failed" };
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
	RUN(agreement);
	hyk_arena_fini(&arena);
	hyk_arena_fini(&types);
	return check_done();
}
