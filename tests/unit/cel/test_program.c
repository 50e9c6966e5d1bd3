/* SPDX-License-Identifier: Apache-2.0 */
/* What programs say of themselves: constants, cost, trace, positions of mistakes, and the proof before they run. */
#include "cel/program.h"

#include "support/check.h"

static struct hyk_arena arena;
static struct hyk_value stack[HYK_CEL_STACK], slots[4];
static struct hyk_cel_decl decls[3];
static struct hyk_cel_size sizes[4];
static struct hyk_cel_env env;
static struct hyk_diags diags;

static const struct hyk_cel_program *
compile(const char *text)
{
	struct hyk_source *src = hyk_source_new(&arena, HYK_STR("test"), hyk_str_from_c(text));
	const struct hyk_cel_program *p = NULL;

	hyk_diags_init(&diags, &arena);
	return src && hyk_cel_compile(&env, src, NULL, &arena, &p, &diags) == HYK_OK ? p : NULL;
}

TEST(constants)
{
	const struct hyk_cel_program *p = compile("duration('1h') + duration('30m') == duration('90m')");
	struct hyk_value v;

	REQUIRE(p);
	CHECK(hyk_cel_program_constant(p, &v) && v.kind == HYK_BOOL && v.as.b);
	p = compile("x == 1 || 1 / 0 > 0");
	REQUIRE(p);
	CHECK(!hyk_cel_program_constant(p, &v));
	p = compile("{'a': [1, 2]}");
	REQUIRE(p);
	CHECK(hyk_cel_program_constant(p, &v) && v.kind == HYK_MAP);
}

/* Constants made while compiling must outlive it. */
TEST(addresses)
{
	struct hyk_cel_frame f = { .slots = slots, .n_slots = 4, .arena = &arena, .stack = stack, .gas = 1000 };
	const struct hyk_cel_program *p = compile("{'a': [ip('10.0.0.1')]}.a[x] == ip(s)");

	REQUIRE(p);
	slots[0] = hyk_int(0);
	slots[2] = hyk_string(HYK_STR("10.0.0.1"));
	CHECK(hyk_cel_run(p, &f).kind == HYK_BOOL && hyk_cel_run(p, &f).as.b);
}

/* A loop costs its body as often as its range may be long. */
TEST(cost)
{
	uint64_t unbounded, bounded;
	const struct hyk_cel_program *p = compile("xs.all(a, xs.all(b, a < b))");

	REQUIRE(p);
	unbounded = hyk_cel_program_cost(p);
	env.sizes = sizes;
	env.n_sizes = 4;
	sizes[1] = (struct hyk_cel_size){ { 10, 1, 1, 1 } };
	p = compile("xs.all(a, xs.all(b, a < b))");
	REQUIRE(p);
	bounded = hyk_cel_program_cost(p);
	/* inner: xs 1, its end 1, ten turns of 3 and a < b; outer the same around it */
	CHECK_INT(bounded, 1 + 1 + 10 * (3 + 1 + 1 + 10 * (3 + 1 + 1 + 1)));
	CHECK(unbounded > 50 * bounded);
	env.max_cost = bounded - 1;
	CHECK(!compile("xs.all(a, xs.all(b, a < b))"));
	REQUIRE(diags.first);
	CHECK_INT(diags.first->id, HYK_D_CEL_COST);
	env.max_cost = 0;
	env.n_sizes = 0;
}

TEST(trace)
{
	struct hyk_cel_trace t = { .arena = &arena };
	struct hyk_cel_frame f = { .slots = slots, .n_slots = 4, .arena = &arena, .stack = stack, .gas = 1000, .trace = &t };
	const struct hyk_cel_program *p = compile("x > 1 && (x < 3 ? s == 'a' : x == 9)");
	bool whole = false, branch = false, other = false;

	REQUIRE(p);
	slots[0] = hyk_int(2);
	slots[2] = hyk_string(HYK_STR("b"));
	CHECK(!hyk_cel_run(p, &f).as.b);
	for (size_t i = 0; i < t.n; i++) {
		struct hyk_str text = hyk_str_make(t.items[i].src->text.p + t.items[i].span.at, t.items[i].span.n);

		if (hyk_str_eq_c(text, "s == 'a'"))
			branch = t.items[i].value.kind == HYK_BOOL && !t.items[i].value.as.b;
		if (hyk_str_eq_c(text, "x == 9"))
			other = true;
		if (text.n == t.items[i].src->text.n)
			whole = t.items[i].value.kind == HYK_BOOL && !t.items[i].value.as.b;
	}
	CHECK(branch);
	CHECK(whole);
	CHECK(!other); /* that side was never evaluated */
	/* with and without a trace the same */
	f.trace = NULL;
	CHECK(!hyk_cel_run(p, &f).as.b);
}

static uint64_t
gas_of(const char *text)
{
	struct hyk_cel_frame f = { .slots = slots, .n_slots = 4, .arena = &arena, .stack = stack, .gas = 1000 };
	const struct hyk_cel_program *p = compile(text);
	struct hyk_value v;

	if (!check_report(p != NULL, __FILE__, __LINE__, text))
		return 0;
	v = hyk_cel_run(p, &f);
	check_report(v.kind != HYK_ERROR_VALUE, __FILE__, __LINE__, text);
	return 1000 - f.gas;
}

/* What is done at once costs what its parts do, in cel-go's units: names and calls one, literals nothing. */
TEST(gas)
{
	struct hyk_cel_frame f = { .slots = slots, .n_slots = 4, .arena = &arena, .stack = stack, .gas = 1000 };
	struct hyk_value items[3] = { hyk_int(1), hyk_int(2), hyk_int(3) };
	const struct hyk_cel_program *p;

	slots[0] = hyk_int(2);
	slots[1] = hyk_list(&arena, items, 3);
	slots[2] = hyk_string(HYK_STR("(?:ab){900}"));
	CHECK_INT(gas_of("x == 2"), 2);
	CHECK_INT(gas_of("x < size(xs)"), 4);
	CHECK_INT(gas_of("2 in xs"), 1 + 3); /* xs and its items */
	CHECK_INT(gas_of("x in xs"), 2 + 3);
	CHECK_INT(gas_of("timestamp(x) - timestamp(0) < duration('1h')"), 6);
	CHECK_INT(gas_of("timestamp(x).getHours('Asia/Seoul') == 9"), 4);
	CHECK_INT(gas_of("timestamp(x).getHours() == 0"), 4);
	/* loops: the range, the result, and turns of four and their body */
	CHECK_INT(gas_of("xs.exists(a, a == 3)"), 2 + 3 * (4 + 2));
	CHECK_INT(gas_of("xs.exists(a, a == x)"), 2 + 2 * (4 + 3));
	/* a pattern that only the request knows is paid by its size: 900 times two letters and more */
	p = compile("s.matches(s)");
	REQUIRE(p);
	CHECK_INT(hyk_cel_run(p, &f).kind, HYK_ERROR_VALUE);
	CHECK_INT(f.gas, 0);
	f.gas = 10000;
	CHECK_INT(hyk_cel_run(p, &f).kind, HYK_BOOL);
	CHECK(f.gas < 10000 - 1800 && f.gas > 10000 - 1900);
}

static void
refused_at(const char *text, unsigned line, unsigned column)
{
	struct hyk_position pos;

	if (!check_report(!compile(text) && diags.first && diags.first->src, __FILE__, __LINE__, text))
		return;
	pos = hyk_source_locate(diags.first->src, diags.first->span);
	check_report(pos.line == line && pos.column == column, __FILE__, __LINE__, text);
	if (pos.line != line || pos.column != column)
		fprintf(stderr, "    got %u:%u, want %u:%u\n", pos.line, pos.column, line, column);
}

/* Columns count characters, not bytes. */
TEST(positions)
{
	refused_at("x +", 1, 4);
	refused_at("x ++ 1", 1, 4);
	refused_at("x == 'a'", 1, 3);
	refused_at("s == '가나다' && y > 1", 1, 15);
	refused_at("x > 1 &&\n  nope", 2, 3);
	refused_at("x.foo == 1", 1, 3);
	refused_at("s.startsWith(1)", 1, 3);
	refused_at("has(x)", 1, 5);
	refused_at("[1, 2", 1, 6);
	refused_at("'abc", 1, 1);
	refused_at("'a\\q'", 1, 3);
	refused_at("x = 1", 1, 3);
	refused_at("xs.all(a.b, true)", 1, 8);
	refused_at("if", 1, 1);
	refused_at("x ? 1 : 2", 1, 1);
	refused_at("s.matches('(?=a)')", 1, 12);
}

/* A program that was tampered with does not pass. */
TEST(proof)
{
	const struct hyk_cel_program *p = compile("xs.exists(a, a > x && s == 'b' ? true : a in [1, 2])");
	struct hyk_cel_program bad;
	struct hyk_cel_step *steps;
	unsigned refused = 0, n_quick = 0;

	REQUIRE(p);
	CHECK(hyk_cel_program_verify(p, &arena));
	steps = hyk_arena_array(&arena, p->n_steps, sizeof(*steps));
	REQUIRE(steps);
	bad = *p;
	bad.steps = steps;
	for (uint32_t i = 0; i < p->n_steps; i++) {
		memcpy(steps, p->steps, p->n_steps * sizeof(*steps));
		steps[i].op = HYK_CEL_OP_SLIDE; /* takes two, gives one: some depth is wrong now */
		refused += !hyk_cel_program_verify(&bad, &arena);
		memcpy(steps, p->steps, p->n_steps * sizeof(*steps));
		if (hyk_cel_op_operand((enum hyk_cel_op)steps[i].op) != HYK_CEL_OPERAND_NONE) {
			steps[i].c = 100000;
			CHECK(!hyk_cel_program_verify(&bad, &arena));
		}
	}
	CHECK(refused > p->n_steps / 2);
	/* a quick step whose row is broken, and one that was put where there is no such row */
	for (uint32_t i = 0; i < p->n_steps; i++) {
		memcpy(steps, p->steps, p->n_steps * sizeof(*steps));
		n_quick += hyk_cel_op_first((enum hyk_cel_op)steps[i].op) != (enum hyk_cel_op)steps[i].op;
		steps[i].op = HYK_CEL_OP_SLOT_SLOT_IN;
		CHECK(!hyk_cel_program_verify(&bad, &arena));
		if (hyk_cel_op_first((enum hyk_cel_op)p->steps[i].op) == (enum hyk_cel_op)p->steps[i].op)
			continue;
		steps[i].op = p->steps[i].op;
		steps[i + 1] = (struct hyk_cel_step){ .op = HYK_CEL_OP_CONST };
		CHECK(!hyk_cel_program_verify(&bad, &arena));
	}
	CHECK_INT(n_quick, 1); /* s == 'b' */
	bad.steps = p->steps;
	bad.stack = 1;
	CHECK(!hyk_cel_program_verify(&bad, &arena));
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	decls[0] = (struct hyk_cel_decl){ HYK_STR("x"), hyk_type_basic(HYK_T_INT), 0, NULL };
	decls[1] = (struct hyk_cel_decl){ HYK_STR("xs"), hyk_type_list(&arena, hyk_type_basic(HYK_T_INT)), 1, NULL };
	decls[2] = (struct hyk_cel_decl){ HYK_STR("s"), hyk_type_basic(HYK_T_STRING), 2, NULL };
	env = (struct hyk_cel_env){ .decls = decls, .n_decls = 3 };
	RUN(constants);
	RUN(addresses);
	RUN(cost);
	RUN(trace);
	RUN(gas);
	RUN(positions);
	RUN(proof);
	hyk_arena_fini(&arena);
	return check_done();
}
