/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimates against cel-go's numbers (checker/cost.go), worked out by hand; what a run takes; what is refused.
 *
 * The facts: context.n int; context.s text of at most 25 characters; context.kind one of 'bed', 'garden';
 * context.xs list<int> of at most 10; context.names list<string> of at most 20, each as long as texts may be;
 * context.free text without a bound.
 */
#include "cel/program.h"
#include "support/check.h"

enum { N, S, KIND, XS, NAMES, FREE, N_FACTS };

static struct hyk_arena arena;
static struct hyk_value stack[HYK_CEL_STACK], slots[N_FACTS];
static struct hyk_bounds bounds[N_FACTS];
static struct hyk_field fields[N_FACTS];
static struct hyk_type context;
static struct hyk_cel_decl decl;
static struct hyk_cel_env env = { .decls = &decl, .n_decls = 1, .civic = false };
static struct hyk_diags diags;

static const struct hyk_cel_program *
compile(const char *text)
{
	struct hyk_source *src = hyk_source_new(&arena, HYK_STR("test"), hyk_str_from_c(text));
	const struct hyk_cel_program *p = NULL;

	hyk_diags_init(&diags, &arena);
	return src && hyk_cel_compile(&env, src, NULL, &arena, &p, &diags) == HYK_OK ? p : NULL;
}

static void
costs(const char *text, uint64_t want)
{
	const struct hyk_cel_program *p = compile(text);

	if (check_report(p != NULL, __FILE__, __LINE__, text))
		check_i64((int64_t)hyk_cel_program_cost(p), (int64_t)want, __FILE__, __LINE__, text);
}

TEST(names_and_literals)
{
	costs("1", 0);
	costs("context.n", 2);             /* ident, select */
	costs("has(context.n)", 2);        /* ident, presence */
	costs("[]", 10);
	costs("[1, 2]", 10);
	costs("[context.n]", 12);
	costs("{}", 30);
	costs("{'a': 1, 'b': context.n}", 32);
	costs("[[1], [2]]", 30);
	costs("int", 1);
	/* ours: a literal longer than the base costs its items, since they are copied */
	costs("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]", 12);
}

TEST(operators)
{
	costs("context.n + 1", 3);
	costs("context.n == 1", 3);
	costs("-context.n", 3);
	costs("1 + 2 * 3", 2);
	costs("context.n > 1 && context.n < 9 || false", 6);
	costs("!(context.n == 1)", 4);
	costs("context.n == 1 ? context.xs : [1]", 3 + 10);  /* the dearer branch */
	costs("context.n == 1 ? context.n : 0", 3 + 2);
	costs("context.s == 'abc'", 2 + 1);                  /* the shorter side: ceil(0.3) */
	costs("context.s == context.free", 4 + 3);           /* ceil(0.1 * 25) */
	costs("context.kind == context.free", 4 + 1);        /* 'garden' is the longest it can be */
	costs("context.s + 'abcde'", 2 + 3);                 /* ceil(0.1 * 30) */
	costs("context.s + 'abcde' == context.free", 2 + 3 + 2 + 3);
	costs("context.n in context.xs", 4 + 10);
	costs("context.n in [1, 2, 3]", 2 + 10 + 3);
	costs("context.xs[0]", 3);
	costs("{'a': 1}['a']", 30 + 1);
	costs("{'a': 1}.a", 30 + 1);
}

TEST(functions)
{
	costs("size(context.s)", 3);
	costs("context.s.startsWith('a')", 2 + 3);
	costs("context.s.contains('12345678901')", 2 + 3 * 2);
	costs("context.s.matches('a+b')", 2 + 3 * 1);        /* ceil(2.6) * ceil(0.75) */
	costs("context.s.matches('abcde')", 2 + 3 * 2);
	costs("bytes(context.s)", 2 + 3);
	costs("size(bytes(context.s))", 2 + 3 + 1);
	costs("string(bytes(context.s)) == context.free", 2 + 3 + 10 + 2 + 40); /* bytes: up to 100 */
	costs("duration('1h')", 1);
	costs("dyn(context.n)", 3);
	costs("math.greatest(context.n, 2)", 3);
	costs("optional.of(context.n).orValue(1)", 4);
}

TEST(macros)
{
	/* range 2, result 1; a turn: condition 2, accumulator 1, body 2 */
	costs("context.xs.all(x, x > 0)", 2 + 1 + 10 * (3 + 2));
	costs("context.xs.exists(x, x > 0)", 2 + 1 + 10 * (4 + 2));
	/* a turn: body 2, acc + 1; result acc == 1 */
	costs("context.xs.exists_one(x, x > 0)", 2 + 2 + 10 * (2 + 2));
	/* [] 10, result 1; a turn: acc 1, [t] 10, + 1, body 2 */
	costs("context.xs.map(x, x * 2)", 2 + 11 + 10 * (12 + 2));
	costs("context.xs.map(x, x > 0, x * 2)", 2 + 11 + 10 * (12 + 2 + 2));
	costs("context.xs.filter(x, x > 0)", 2 + 11 + 10 * (13 + 2));
	costs("[1, 2].all(x, x > 0)", 10 + 1 + 2 * 5);
	costs("context.xs.all(x, context.xs.exists(y, x == y))", 2 + 1 + 10 * (3 + (2 + 1 + 10 * (4 + 3))));
	costs("context.xs.filter(x, x > 0).all(x, x < 9)", 2 + 11 + 10 * 15 + 1 + 10 * 5);
	/* items as large as texts may be: ceil(0.1 * 4000); against 'garden' ceil(0.6) */
	costs("context.names.exists(s, s == context.free)", 2 + 1 + 20 * (4 + 1 + 2 + 400));
	costs("context.names.exists(s, s == context.kind)", 2 + 1 + 20 * (4 + 1 + 2 + 1));
	costs("cel.bind(a, context.n, a + a)", 10 + 2 + 3);
	costs("context.xs.transformMap(k, v, v)", 2 + 31 + 10 * (3 + 1));
}

/* What a run takes is what cel-go would count, save that all of && and ?: is paid for at the start. */
TEST(measured)
{
	struct hyk_value items[3] = { hyk_int(1), hyk_int(2), hyk_int(3) };
	struct hyk_cel_frame f = { .slots = slots, .n_slots = N_FACTS, .arena = &arena, .stack = stack };
	static const struct {
		const char *text;
		uint64_t cost;
	} cases[] = {
		{ "context.n + 1", 3 },
		{ "[context.n]", 12 },
		{ "context.xs.all(x, x > 0)", 2 + 1 + 3 * 5 },
		{ "context.xs.map(x, x * 2)", 2 + 11 + 3 * 14 },
		{ "context.s.contains('마을')", 2 + 1 },           /* six letters are 18 bytes */
		{ "context.n in context.xs", 4 + 3 },
		{ "context.xs.exists(x, x == 1)", 2 + 1 + 1 * 6 }, /* stops at the first */
	};

	slots[N] = hyk_int(4);
	slots[S] = hyk_string(HYK_STR("동네마을잔치"));
	slots[XS] = hyk_list(&arena, items, 3);
	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		const struct hyk_cel_program *p = compile(cases[i].text);

		REQUIRE(p);
		f.gas = 1000;
		CHECK(hyk_cel_run(p, &f).kind < HYK_ABSENT);
		check_i64((int64_t)(1000 - f.gas), (int64_t)cases[i].cost, __FILE__, __LINE__, cases[i].text);
	}
	/* not enough by one: an error, and nothing is left */
	{
		const struct hyk_cel_program *p = compile("context.xs.all(x, x > 0)");

		REQUIRE(p);
		f.gas = 2 + 1 + 3 * 5;
		CHECK(hyk_cel_run(p, &f).kind == HYK_ERROR_VALUE);
		CHECK_INT(f.gas, 0);
	}
}

static void
refused(const char *text, const char *part, const char *own)
{
	const struct hyk_diag *d;

	if (!check_report(!compile(text) && diags.first, __FILE__, __LINE__, text))
		return;
	d = diags.first;
	CHECK_INT(d->id, HYK_D_CEL_COST);
	CHECK_STR(hyk_str_make(d->src->text.p + d->span.at, d->span.n), part);
	CHECK(memmem(d->text[HYK_LANG_EN].p, d->text[HYK_LANG_EN].n, own, strlen(own)) != NULL);
}

TEST(limit)
{
	env.max_cost = 1000;
	refused("context.n > 0 && context.names.exists(s, s == context.free)",
	    "context.names.exists(s, s == context.free)", "8141");
	refused("context.n > 0 && context.free.contains(context.free + '!')", "context.free.contains(context.free + '!')",
	    "160400");
	CHECK(memmem(diags.first->hint[HYK_LANG_EN].p, diags.first->hint[HYK_LANG_EN].n, "context.free", 12) != NULL);
	CHECK(compile("context.names.exists(s, s == context.kind)"));
	env.max_cost = 0;
	env.max_loops = 3;
	CHECK(compile("context.xs.all(a, context.xs.all(b, context.xs.all(c, a < b && b < c)))"));
	/* one after the other is not one inside of the other */
	CHECK(compile("context.xs.map(a, a).map(b, b).map(c, c).map(d, d) == []"));
	CHECK(!compile("context.xs.all(a, context.xs.all(b, context.xs.all(c, context.xs.exists(d, d == a))))"));
	CHECK_INT(diags.first->id, HYK_D_CEL_LOOPS);
	CHECK_INT(diags.first->span.at, 65);
	env.max_loops = 0;
}

int
main(void)
{
	static const char *const names[] = { "n", "s", "kind", "xs", "names", "free" };
	struct hyk_value kinds[2] = { hyk_string(HYK_STR("bed")), hyk_string(HYK_STR("garden")) };

	hyk_arena_init(&arena, 0);
	for (uint32_t i = 0; i < N_FACTS; i++) {
		hyk_bounds_init(&bounds[i]);
		fields[i] = (struct hyk_field){ .name = hyk_str_from_c(names[i]), .type = hyk_type_basic(HYK_T_STRING),
			.slot = i, .bounds = &bounds[i] };
		slots[i] = hyk_null();
	}
	fields[N].type = hyk_type_basic(HYK_T_INT);
	fields[XS].type = hyk_type_list(&arena, hyk_type_basic(HYK_T_INT));
	fields[NAMES].type = hyk_type_list(&arena, hyk_type_basic(HYK_T_STRING));
	bounds[S].max_size = 25;
	bounds[KIND].one_of = hyk_list(&arena, kinds, 2).as.list;
	bounds[XS].max_size = 10;
	bounds[NAMES].max_size = 20;
	context = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("context"), .fields = fields, .n_fields = N_FACTS };
	decl = (struct hyk_cel_decl){ HYK_STR("context"), &context, HYK_NO_SLOT, NULL };
	RUN(names_and_literals);
	RUN(operators);
	RUN(functions);
	RUN(macros);
	RUN(measured);
	RUN(limit);
	hyk_arena_fini(&arena);
	return check_done();
}
