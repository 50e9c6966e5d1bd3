/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONDITION 0xff CHOICES: checker, compiler, proof and machine over facts of all types. The answer is of the type
 * that the checker promised, comes out the same with and without a trace, and is that of the plain evaluator over
 * the tree before it was folded; it costs no more than was foretold. The first choice says how it is compiled; the others are the facts.
 */
#include "cel/check.h"
#include "cel/program.h"
#include "fuzz/fuzz.h"
#include "unit/cel/refeval.h"

#define GAS 50000u
#define FUEL 20000u

enum { N, U, D, B, S, RAW, T, DUR, XS, NAMES, M, ANY, OPT, AGE, SINCE, ROLE, TAGS, GONE, OPEN, NOW, BIG, N_SLOTS };
enum { UNCHECKED = 1, CIVIC = 2, SEOUL = 4, SIZED = 8, WANT_BOOL = 16 };

static struct hyk_cel_decl decls[N_SLOTS];
static size_t n_decls;

static void
declare(const char *name, const struct hyk_type *type, uint32_t slot)
{
	decls[n_decls++] = (struct hyk_cel_decl){ hyk_str_from_c(name), type, slot, NULL };
}

static const struct hyk_type *
subject_type(struct hyk_arena *a)
{
	struct hyk_field *f = hyk_arena_array(a, 4, sizeof(*f));
	struct hyk_type *t = hyk_arena_alloc(a, sizeof(*t));

	FUZZ_CHECK(f && t);
	f[0] = (struct hyk_field){ HYK_STR("age"), hyk_type_basic(HYK_T_INT), AGE, false, HYK_STR(""), NULL };
	f[1] = (struct hyk_field){ HYK_STR("since"), hyk_type_basic(HYK_T_DATE), SINCE, true, HYK_STR(""), NULL };
	f[2] = (struct hyk_field){ HYK_STR("role"), hyk_type_basic(HYK_T_STRING), ROLE, true, HYK_STR(""), NULL };
	f[3] = (struct hyk_field){ HYK_STR("tags"), hyk_type_list(a, hyk_type_basic(HYK_T_STRING)), TAGS, true, HYK_STR(""), NULL };
	*t = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("subject"), .fields = f, .n_fields = 4 };
	return t;
}

static void
declare_all(void)
{
	static struct hyk_arena a;
	const struct hyk_cel_program *big;
	struct hyk_cel_env env;

	hyk_arena_init(&a, 0);
	declare("n", hyk_type_basic(HYK_T_INT), N);
	declare("u", hyk_type_basic(HYK_T_UINT), U);
	declare("d", hyk_type_basic(HYK_T_DOUBLE), D);
	declare("b", hyk_type_basic(HYK_T_BOOL), B);
	declare("s", hyk_type_basic(HYK_T_STRING), S);
	declare("raw", hyk_type_basic(HYK_T_BYTES), RAW);
	declare("t", hyk_type_basic(HYK_T_TIMESTAMP), T);
	declare("dur", hyk_type_basic(HYK_T_DURATION), DUR);
	declare("xs", hyk_type_list(&a, hyk_type_basic(HYK_T_INT)), XS);
	declare("names", hyk_type_list(&a, hyk_type_basic(HYK_T_STRING)), NAMES);
	declare("m", hyk_type_map(&a, hyk_type_basic(HYK_T_STRING), hyk_type_basic(HYK_T_INT)), M);
	declare("any", hyk_type_basic(HYK_T_DYN), ANY);
	declare("opt", hyk_type_optional(&a, hyk_type_basic(HYK_T_INT)), OPT);
	declare("subject", subject_type(&a), HYK_NO_SLOT);
	declare("gone", hyk_type_basic(HYK_T_INT), GONE);
	declare("open", hyk_type_basic(HYK_T_INT), OPEN);
	declare("now", hyk_type_basic(HYK_T_TIMESTAMP), NOW);
	env = (struct hyk_cel_env){ .decls = decls, .n_decls = n_decls };
	FUZZ_CHECK(hyk_cel_compile(&env, hyk_source_new(&a, HYK_STR("big"), HYK_STR("n > 10 && s != ''")), NULL, &a, &big,
	    NULL) == HYK_OK);
	declare("big", hyk_type_basic(HYK_T_BOOL), BIG);
	decls[n_decls - 1].define = big;
}

static int64_t
choose_int(struct fuzz_in *in)
{
	static const int64_t some[] = { 0, 1, -1, 2, 7, 10, 11, INT64_MAX, INT64_MIN, INT64_MAX - 1, 1ll << 53, 9007199254740993 };
	uint8_t k = fuzz_u8(in);

	return k < HYK_ARRAY_LEN(some) ? some[k] : k < 128 ? k : (int64_t)fuzz_u64(in);
}

static double
choose_double(struct fuzz_in *in)
{
	static const double some[] = { 0.0, -0.0, 1.0, -1.5, 0.1, 9007199254740992.0, 9223372036854775808.0, 1e308, 5e-324 };
	uint8_t k = fuzz_u8(in);
	uint64_t bits;
	double d;

	if (k < HYK_ARRAY_LEN(some))
		return some[k];
	bits = fuzz_u64(in);
	memcpy(&d, &bits, sizeof(d));
	return d;
}

static struct hyk_value
choose_string(struct fuzz_in *in)
{
	static const struct hyk_str some[] = { HYK_STR_INIT(""), HYK_STR_INIT("a"), HYK_STR_INIT("마을"), HYK_STR_INIT("Asia/Seoul"),
		HYK_STR_INIT("1"), HYK_STR_INIT("a,b,c"), HYK_STR_INIT("2026-05-09T14:00:00+09:00"), HYK_STR_INIT("10.0.0.1"),
		HYK_STR_INIT("1h"), HYK_STR_INIT("a\0b"), HYK_STR_INIT("%d"), HYK_STR_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") };

	return hyk_string(some[fuzz_u8(in) % HYK_ARRAY_LEN(some)]);
}

static struct hyk_value
choose_time(struct fuzz_in *in)
{
	static const int64_t some[] = { 0, 1778306400, -62135596800, 253402300799, 951782400, 1792850400 };
	uint8_t k = fuzz_u8(in);

	return hyk_timestamp(some[k % HYK_ARRAY_LEN(some)], k & 64 ? 999999999 : 0);
}

static struct hyk_value
choose_list(struct hyk_arena *a, struct fuzz_in *in, bool strings)
{
	uint32_t n = fuzz_u8(in) % 4;
	struct hyk_value *items = hyk_arena_array(a, n + 1, sizeof(*items));

	FUZZ_CHECK(items);
	for (uint32_t i = 0; i < n; i++)
		items[i] = strings ? choose_string(in) : hyk_int(choose_int(in));
	return hyk_list(a, items, n);
}

static struct hyk_value
choose_map(struct hyk_arena *a, struct fuzz_in *in)
{
	static const char *const keys[] = { "a", "b", "" };
	uint8_t which = fuzz_u8(in);
	struct hyk_mapb b;

	hyk_mapb_init(&b, a);
	for (unsigned i = 0; i < 3; i++)
		if (which & 1u << i)
			FUZZ_CHECK(hyk_mapb_add_c(&b, keys[i], hyk_int(choose_int(in))));
	return hyk_mapb_finish(&b, NULL);
}

static struct hyk_value
choose_any(struct hyk_arena *a, struct fuzz_in *in)
{
	switch (fuzz_u8(in) % 10) {
	case 0:
		return hyk_null();
	case 1:
		return hyk_bool(true);
	case 2:
		return hyk_int(choose_int(in));
	case 3:
		return hyk_uint((uint64_t)choose_int(in));
	case 4:
		return hyk_double(choose_double(in));
	case 5:
		return choose_string(in);
	case 6:
		return choose_list(a, in, false);
	case 7:
		return choose_map(a, in);
	case 8:
		return choose_time(in);
	default:
		return hyk_duration(choose_int(in));
	}
}

/* Some facts are not there, some are not known yet; n stays what its type says. */
static void
choose_facts(struct hyk_arena *a, struct fuzz_in *in, struct hyk_value *v)
{
	struct hyk_value *in_opt = hyk_arena_alloc(a, sizeof(*in_opt));
	uint8_t hidden;

	FUZZ_CHECK(in_opt);
	v[N] = hyk_int(choose_int(in));
	v[U] = hyk_uint((uint64_t)choose_int(in));
	v[D] = hyk_double(choose_double(in));
	v[B] = hyk_bool(fuzz_u8(in) & 1);
	v[S] = choose_string(in);
	v[RAW] = choose_string(in);
	v[RAW].kind = HYK_BYTES;
	v[T] = choose_time(in);
	v[DUR] = hyk_duration(choose_int(in));
	v[XS] = choose_list(a, in, false);
	v[NAMES] = choose_list(a, in, true);
	v[M] = choose_map(a, in);
	v[ANY] = choose_any(a, in);
	*in_opt = hyk_int(choose_int(in));
	v[OPT] = (struct hyk_value){ .kind = HYK_OPTIONAL, .as.opt = fuzz_u8(in) & 1 ? in_opt : NULL };
	v[AGE] = hyk_int(fuzz_u8(in));
	v[SINCE] = choose_time(in);
	v[ROLE] = choose_string(in);
	v[TAGS] = choose_list(a, in, true);
	v[GONE] = hyk_absent();
	v[OPEN] = (struct hyk_value){ .kind = HYK_UNKNOWN };
	v[NOW] = hyk_timestamp(1778306400, 0);
	v[BIG] = hyk_absent();
	hidden = fuzz_u8(in);
	if (hidden & 1)
		v[SINCE] = hyk_absent();
	if (hidden & 2)
		v[ROLE] = hyk_absent();
	if (hidden & 4)
		v[TAGS] = (struct hyk_value){ .kind = HYK_UNKNOWN };
	if (hidden & 8)
		v[AGE] = (struct hyk_value){ .kind = HYK_UNKNOWN };
}

static bool
is_of(const struct hyk_type *t, struct hyk_value v)
{
	switch (t->kind) {
	case HYK_T_DYN:
	case HYK_T_PARAM:
	case HYK_T_ERROR:
		return true;
	case HYK_T_NULL:
		return v.kind == HYK_NULL;
	case HYK_T_BOOL:
		return v.kind == HYK_BOOL;
	case HYK_T_INT:
		return v.kind == HYK_INT;
	case HYK_T_UINT:
		return v.kind == HYK_UINT;
	case HYK_T_DOUBLE:
		return v.kind == HYK_DOUBLE;
	case HYK_T_STRING:
		return v.kind == HYK_STRING && hyk_utf8_valid_prefix(hyk_value_str(v)) == v.n;
	case HYK_T_BYTES:
		return v.kind == HYK_BYTES;
	case HYK_T_TIMESTAMP:
	case HYK_T_DATE:
		return v.kind == HYK_TIMESTAMP && v.as.i >= -62135596800 && v.as.i <= 253402300799 && v.n <= 999999999;
	case HYK_T_DURATION:
		return v.kind == HYK_DURATION;
	case HYK_T_TYPE:
		return v.kind == HYK_TYPE;
	case HYK_T_IP:
	case HYK_T_CIDR:
		return v.kind == HYK_NET;
	case HYK_T_RECORD:
		return v.kind == HYK_MAP;
	case HYK_T_OPTIONAL:
		return v.kind == HYK_OPTIONAL && (!v.as.opt || is_of(t->elem, *v.as.opt));
	case HYK_T_LIST:
		for (uint32_t i = 0; v.kind == HYK_LIST && i < v.as.list->n; i++) {
			if (!is_of(t->elem, v.as.list->items[i]))
				return false;
		}
		return v.kind == HYK_LIST;
	case HYK_T_MAP:
		for (uint32_t i = 0; v.kind == HYK_MAP && i < v.as.map->n; i++) {
			if (!is_of(t->key, v.as.map->entries[i].key) || !is_of(t->elem, v.as.map->entries[i].value))
				return false;
		}
		return v.kind == HYK_MAP;
	}
	return false;
}

static struct hyk_value
run(const struct hyk_cel_program *p, const struct hyk_value *facts, struct hyk_arena *a, const struct hyk_zone *zone,
    struct hyk_cel_trace *trace, uint64_t *ret_left)
{
	static struct hyk_value stack[HYK_CEL_STACK];
	struct hyk_value slots[N_SLOTS], v;
	struct hyk_cel_frame f = { .slots = slots, .n_slots = N_SLOTS, .zone = zone, .arena = a, .stack = stack, .gas = GAS,
		.trace = trace };

	memcpy(slots, facts, sizeof(slots));
	slots[BIG] = hyk_cel_undefined();
	v = hyk_cel_run(p, &f);
	*ret_left = f.gas;
	return v;
}

static void
check_reference(const struct hyk_cel_env *env, const struct hyk_source *src, const struct hyk_value *facts,
    struct hyk_value got)
{
	uint64_t fuel = FUEL;
	uint32_t n_nodes = 0;
	struct hyk_arena a;
	struct hyk_cel_node *n;
	struct refeval r = { .arena = &a, .slots = facts, .fuel = &fuel };
	struct hyk_cel_checker checker = { .env = env, .src = src, .arena = &a, .types = { .arena = &a } };
	struct hyk_cel_parser_in in = { .src = src, .arena = &a, .n_nodes = &n_nodes };

	hyk_arena_init(&a, 32u << 20);
	FUZZ_CHECK(hyk_cel_parse(&in, &n) == HYK_OK && hyk_cel_check(&checker, n, NULL));
	{
		struct hyk_value want = refeval(&r, n, NULL);

		if (fuel > 0 && !a.overflowed && !refeval_agree(got, want)) {
			fprintf(stderr, "%.*s\nmachine %s, reference %s\n", HYK_STR_ARG(src->text),
			    hyk_kind_name((enum hyk_kind)got.kind), hyk_kind_name((enum hyk_kind)want.kind));
			FUZZ_CHECK(refeval_agree(got, want));
		}
	}
	hyk_arena_fini(&a);
}

static void
check_program(const struct hyk_cel_env *env, const struct hyk_source *src, const struct hyk_cel_program *p, uint8_t how,
    const struct hyk_value *facts, struct hyk_arena *a)
{
	const struct hyk_zone *zone = NULL;
	struct hyk_cel_trace trace = { .arena = a, .max = 100 };
	struct hyk_value v, again, constant;
	uint64_t left, left_again;
	struct hyk_arena scratch;

	hyk_arena_init(&scratch, 0);
	FUZZ_CHECK(hyk_cel_program_verify(p, &scratch));
	hyk_arena_fini(&scratch);
	if (how & SEOUL)
		FUZZ_CHECK(hyk_zone_get(HYK_STR("Asia/Seoul"), &zone) == HYK_OK);
	v = run(p, facts, a, zone, NULL, &left);
	FUZZ_CHECK(v.kind != HYK_ABSENT);
	if (v.kind != HYK_ERROR_VALUE && v.kind != HYK_UNKNOWN && !env->no_check)
		FUZZ_CHECK(is_of(hyk_cel_program_type(p), v));
	if (v.kind == HYK_ERROR_VALUE && v.as.err)
		FUZZ_CHECK(v.as.err->at <= src->text.n && v.as.err->n <= src->text.n - v.as.err->at);
	/* Where all sizes are known, nothing costs more than was foretold. */
	if (env->sizes && left > 0 && !env->no_check)
		FUZZ_CHECK(GAS - left <= hyk_cel_program_cost(p));
	if (hyk_cel_program_constant(p, &constant))
		FUZZ_CHECK(refeval_agree(v, constant));
	again = run(p, facts, a, zone, &trace, &left_again);
	FUZZ_CHECK((refeval_agree(v, again) && left == left_again) || a->overflowed);
	for (size_t i = 0; i < trace.n; i++)
		FUZZ_CHECK(trace.items[i].span.at <= trace.items[i].src->text.n &&
		    trace.items[i].span.n <= trace.items[i].src->text.n - trace.items[i].span.at);
	/* The plain evaluator knows neither gas nor zones, and checks always. */
	if (left > 0 && !zone && !env->no_check && !a->overflowed)
		check_reference(env, src, facts, v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct hyk_str text = fuzz_text(&in);
	uint8_t how = fuzz_u8(&in);
	struct hyk_cel_size sizes[N_SLOTS] = { 0 };
	struct hyk_value facts[N_SLOTS];
	struct hyk_cel_env env = { .decls = decls, .no_check = how & UNCHECKED, .civic = how & CIVIC };
	const struct hyk_cel_program *p = NULL;
	struct hyk_diags diags;
	struct hyk_source *src;
	struct hyk_arena a;
	enum hyk_status st;

	if (!n_decls)
		declare_all();
	env.n_decls = n_decls;
	hyk_arena_init(&a, 64u << 20);
	hyk_diags_init(&diags, &a);
	src = hyk_source_new(&a, HYK_STR("fuzz"), text);
	FUZZ_CHECK(src);
	choose_facts(&a, &in, facts);
	if (how & SIZED) {
		for (uint32_t i = 0; i < N_SLOTS; i++)
			sizes[i] = hyk_cel_size_of_value(facts[i]);
		env.sizes = sizes;
		env.n_sizes = N_SLOTS;
		env.max_loops = 4;
	}
	st = hyk_cel_compile(&env, src, how & WANT_BOOL ? hyk_type_basic(HYK_T_BOOL) : NULL, &a, &p, &diags);
	FUZZ_CHECK((st == HYK_OK) == (diags.n_errors == 0) || st == HYK_E_NOMEM);
	fuzz_check_diags(&diags);
	if (st == HYK_OK)
		check_program(&env, src, p, how, facts, &a);
	hyk_arena_fini(&a);
	return 0;
}
