/* SPDX-License-Identifier: Apache-2.0 */
/* Civic functions, facts, unknowns and definitions: everything a policy sees. */
#include "cel/cel.h"

#include "support/check.h"
#include "text/zone.h"

static struct hyk_arena arena;

enum { AGE, BORN, START, END, MODES, MODE, HOURS, NOW, TZ, ACTION, BIG, N_SLOTS };

static struct hyk_type subject, resource, context, action;
static struct hyk_field subject_fields[2], resource_fields[3], context_fields[2], action_fields[1];
static struct hyk_cel_decl decls[8];
static size_t n_decls;
static struct hyk_value slots[N_SLOTS], stack[HYK_CEL_STACK];
static uint8_t assurance[N_SLOTS];
static const struct hyk_zone *seoul;

static struct hyk_value
at(const char *text)
{
	struct hyk_value v = hyk_null();

	CHECK(hyk_timestamp_parse(hyk_str_from_c(text), &v));
	return v;
}

static void
field(struct hyk_field *f, const char *name, const struct hyk_type *t, uint32_t slot, bool optional)
{
	*f = (struct hyk_field){ .name = hyk_str_from_c(name), .type = t, .slot = slot, .optional = optional };
}

static void
set_up(void)
{
	const struct hyk_type *str = hyk_type_basic(HYK_T_STRING);

	hyk_arena_init(&arena, 0);
	CHECK_INT(hyk_zone_get(HYK_STR("Asia/Seoul"), &seoul), HYK_OK);
	field(&subject_fields[0], "age", hyk_type_basic(HYK_T_INT), AGE, true);
	field(&subject_fields[1], "born", hyk_type_basic(HYK_T_DATE), BORN, false);
	field(&context_fields[0], "start", hyk_type_basic(HYK_T_TIMESTAMP), START, false);
	field(&context_fields[1], "end", hyk_type_basic(HYK_T_TIMESTAMP), END, false);
	field(&resource_fields[0], "decision_modes", hyk_type_map(&arena, str, str), MODES, false);
	field(&resource_fields[1], "decision_mode", str, MODE, false);
	field(&resource_fields[2], "hours", hyk_type_map(&arena, str, hyk_type_list(&arena, hyk_type_basic(HYK_T_INT))), HOURS,
	    false);
	field(&action_fields[0], "name", str, ACTION, false);
	subject = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("subject"), .fields = subject_fields, .n_fields = 2 };
	context = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("context"), .fields = context_fields, .n_fields = 2 };
	resource = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("resource"), .fields = resource_fields, .n_fields = 3 };
	action = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("action"), .fields = action_fields, .n_fields = 1 };
	decls[0] = (struct hyk_cel_decl){ HYK_STR("subject"), &subject, HYK_NO_SLOT, NULL };
	decls[1] = (struct hyk_cel_decl){ HYK_STR("resource"), &resource, HYK_NO_SLOT, NULL };
	decls[2] = (struct hyk_cel_decl){ HYK_STR("context"), &context, HYK_NO_SLOT, NULL };
	decls[3] = (struct hyk_cel_decl){ HYK_STR("action"), &action, HYK_NO_SLOT, NULL };
	decls[4] = (struct hyk_cel_decl){ HYK_STR("now"), hyk_type_basic(HYK_T_TIMESTAMP), NOW, NULL };
	decls[5] = (struct hyk_cel_decl){ HYK_STR("tz"), str, TZ, NULL };
	n_decls = 6;
}

static const struct hyk_cel_program *
compile(const char *text, struct hyk_diags *diags)
{
	struct hyk_cel_env env = { .decls = decls, .n_decls = n_decls, .civic = true };
	struct hyk_source *src = hyk_source_new(&arena, HYK_STR("test"), hyk_str_from_c(text));
	const struct hyk_cel_program *p = NULL;

	hyk_diags_init(diags, &arena);
	if (!src || hyk_cel_compile(&env, src, NULL, &arena, &p, diags) != HYK_OK)
		return NULL;
	return p;
}

static struct hyk_cel_frame
frame(void)
{
	return (struct hyk_cel_frame){ .slots = slots, .assurance = assurance, .n_slots = N_SLOTS, .zone = seoul, .arena = &arena,
		.stack = stack, .gas = 100000 };
}

static struct hyk_value
eval(const char *text)
{
	struct hyk_cel_frame f = frame();
	struct hyk_diags diags;
	const struct hyk_cel_program *p = compile(text, &diags);
	struct hyk_buf b;

	if (p)
		return hyk_cel_run(p, &f);
	hyk_buf_init(&b, 0);
	hyk_diags_render(&b, &diags, HYK_LANG_EN);
	fprintf(stderr, "%.*s", HYK_STR_ARG(hyk_buf_peek(&b)));
	hyk_buf_fini(&b);
	check_report(false, __FILE__, __LINE__, text);
	return hyk_null();
}

#define IS_TRUE(text) check_report(eval(text).kind == HYK_BOOL && eval(text).as.b, __FILE__, __LINE__, text)
#define IS_FALSE(text) check_report(eval(text).kind == HYK_BOOL && !eval(text).as.b, __FILE__, __LINE__, text)
#define IS_ERROR(text) check_report(eval(text).kind == HYK_ERROR_VALUE, __FILE__, __LINE__, text)

static void
span(const char *start, const char *end)
{
	slots[START] = at(start);
	slots[END] = at(end);
}

/* 22:00 to 06:00 passes midnight; touching at the border is no overlap. */
TEST(quiet_hours)
{
	slots[TZ] = hyk_string(HYK_STR("Asia/Seoul"));
	span("2026-05-09T20:00:00+09:00", "2026-05-09T22:00:00+09:00");
	IS_FALSE("overlaps(context.start, context.end, '22:00', '06:00')");
	span("2026-05-09T20:00:00+09:00", "2026-05-09T22:00:01+09:00");
	IS_TRUE("overlaps(context.start, context.end, '22:00', '06:00')");
	IS_TRUE("overlaps(context.start, context.end, 1320, 360)");
	span("2026-05-10T05:30:00+09:00", "2026-05-10T08:00:00+09:00");
	IS_TRUE("overlaps(context.start, context.end, '22:00', '06:00')");
	span("2026-05-10T06:00:00+09:00", "2026-05-10T08:00:00+09:00");
	IS_FALSE("overlaps(context.start, context.end, '22:00', '06:00')");
	span("2026-05-10T23:00:00+09:00", "2026-05-11T09:00:00+09:00");
	IS_TRUE("overlaps(context.start, context.end, '07:00', '08:00')");
	IS_FALSE("overlaps(context.start, context.end, '09:00', '22:00')");
	/* the same instant in London is 14:00 of the day */
	IS_FALSE("overlaps(context.start, context.end, '02:00', '05:00', 'Europe/London')");
	IS_ERROR("overlaps(context.start, context.end, '24:30' + tz.substring(size(tz)), '05:00')");
	IS_ERROR("overlaps(context.end, context.start, '02:00', '05:00')");
}

TEST(opening_hours)
{
	struct hyk_value items[2] = { hyk_int(540), hyk_int(1080) }, late[2] = { hyk_int(1080), hyk_int(1560) };
	struct hyk_mapb m;

	hyk_mapb_init(&m, &arena);
	CHECK(hyk_mapb_add_c(&m, "sat", hyk_list(&arena, items, 2)));
	CHECK(hyk_mapb_add_c(&m, "fri", hyk_list(&arena, late, 2)));
	slots[HOURS] = hyk_mapb_finish(&m, NULL);
	span("2026-05-09T09:00:00+09:00", "2026-05-09T18:00:00+09:00"); /* a Saturday */
	IS_TRUE("open(resource.hours, context.start, context.end)");
	span("2026-05-09T08:59:00+09:00", "2026-05-09T10:00:00+09:00");
	IS_FALSE("open(resource.hours, context.start, context.end)");
	span("2026-05-09T17:00:00+09:00", "2026-05-09T18:00:01+09:00");
	IS_FALSE("open(resource.hours, context.start, context.end)");
	span("2026-05-08T23:00:00+09:00", "2026-05-09T02:00:00+09:00"); /* Friday into Saturday, till 26:00 */
	IS_TRUE("open(resource.hours, context.start, context.end)");
	span("2026-05-10T10:00:00+09:00", "2026-05-10T11:00:00+09:00");
	IS_FALSE("open(resource.hours, context.start, context.end)");
}

TEST(calendar)
{
	slots[TZ] = hyk_string(HYK_STR("Asia/Seoul"));
	span("2026-05-09T23:30:00+09:00", "2026-05-10T00:30:00+09:00");
	IS_TRUE("days(context.start, context.end) == 1");
	IS_TRUE("days(context.end, context.start) == -1");
	IS_TRUE("days(context.start, context.end, 'UTC') == 0");
	IS_TRUE("hours(context.end - context.start) == 1.0");
	IS_TRUE("month(context.start) == 5 && weekday(context.start) == 6 && weekday(context.end) == 7");
	IS_TRUE("context.start.getHours() == 14 && context.start.getHours(tz) == 23");
	slots[NOW] = at("2027-02-28T12:00:00+09:00");
	slots[BORN] = at("2008-02-29T00:00:00+09:00");
	IS_TRUE("age(subject.born) == 18");
	slots[NOW] = at("2027-03-01T00:00:00+09:00");
	IS_TRUE("age(subject.born) == 19");
	IS_TRUE("age(timestamp('2000-03-02T00:00:00+09:00')) == 26");
}

TEST(sums)
{
	IS_TRUE("sum([1, 2, 3]) == 6 && min([3, 1]) == 1 && max([1.5, 0.5]) == 1.5");
	IS_TRUE("sum([duration('1h'), duration('30m')]) == duration('90m')");
	IS_TRUE("sum([1.5].filter(x, x > 9.0)) == 0.0");
	IS_ERROR("min([1].filter(x, x > 9))");
	IS_ERROR("sum([9223372036854775807, 1])");
}

/* A fact that was not given, one that nobody has proven, and what absorbs them. */
TEST(facts)
{
	struct hyk_cel_frame f = frame();
	struct hyk_diags diags;
	const struct hyk_cel_program *p;
	struct hyk_value v;
	const uint32_t *read;
	size_t n;

	slots[AGE] = hyk_absent();
	IS_FALSE("has(subject.age)");
	IS_ERROR("subject.age > 3");
	IS_TRUE("subject.age > 3 || true");
	IS_TRUE("!(has(subject.age) && subject.age > 3)");
	IS_TRUE("subject.?age.orValue(7) == 7");
	slots[AGE] = (struct hyk_value){ .kind = HYK_UNKNOWN };
	slots[MODE] = (struct hyk_value){ .kind = HYK_UNKNOWN };
	IS_FALSE("subject.age > 3 && false");
	p = compile("resource.decision_mode == 'x' && subject.age > 3 || 1 / 0 > 1", &diags);
	REQUIRE(p);
	v = hyk_cel_run(p, &f);
	REQUIRE(v.kind == HYK_UNKNOWN && v.as.unknown);
	CHECK_INT(v.as.unknown->n, 2);
	CHECK_INT(v.as.unknown->slots[0], AGE);
	CHECK_INT(v.as.unknown->slots[1], MODE);
	read = hyk_cel_program_slots(p, &n);
	CHECK_INT(n, 2);
	CHECK_INT(read[0], AGE);
	slots[AGE] = hyk_int(20);
	assurance[AGE] = HYK_VOUCHED;
	IS_TRUE("vouched(subject.age) && !verified(subject.age)");
	assurance[AGE] = HYK_VERIFIED;
	IS_TRUE("vouched(subject.age) && verified(subject.age)");
	slots[AGE] = hyk_absent();
	IS_FALSE("verified(subject.age)");
}

TEST(decision_mode)
{
	struct hyk_mapb m;

	hyk_mapb_init(&m, &arena);
	CHECK(hyk_mapb_add_c(&m, "sell", hyk_string(HYK_STR("discretionary"))));
	slots[MODES] = hyk_mapb_finish(&m, NULL);
	slots[MODE] = hyk_string(HYK_STR("rule_bound"));
	slots[ACTION] = hyk_string(HYK_STR("sell"));
	IS_TRUE("resource.decision_modes[?action.name].orValue(resource.decision_mode) == 'discretionary'");
	slots[ACTION] = hyk_string(HYK_STR("lend"));
	IS_TRUE("resource.decision_modes[?action.name].orValue(resource.decision_mode) == 'rule_bound'");
}

/* Evaluated at most once, and only when needed; its slots count as the program's. */
TEST(definitions)
{
	struct hyk_cel_frame f = frame();
	struct hyk_diags diags;
	const struct hyk_cel_program *p;
	const uint32_t *read;
	size_t n;

	decls[n_decls] = (struct hyk_cel_decl){ HYK_STR("grown"), hyk_type_basic(HYK_T_BOOL), BIG, NULL };
	decls[n_decls].define = compile("subject.age >= 19", &diags);
	REQUIRE(decls[n_decls].define);
	n_decls++;
	slots[AGE] = hyk_int(19);
	slots[BIG] = hyk_cel_undefined();
	p = compile("grown && grown", &diags);
	REQUIRE(p);
	read = hyk_cel_program_slots(p, &n);
	CHECK_INT(n, 1);
	CHECK_INT(read[0], AGE);
	CHECK(hyk_cel_run(p, &f).as.b);
	CHECK(slots[BIG].kind == HYK_BOOL && slots[BIG].as.b);
	slots[AGE] = hyk_int(3); /* not looked at again */
	CHECK(hyk_cel_run(p, &f).as.b);
}

static void
refused(const char *text, const char *message, const char *hint)
{
	struct hyk_diags diags;

	if (!CHECK(!compile(text, &diags)) || !CHECK(diags.first))
		return;
	CHECK_STR(diags.first->text[HYK_LANG_EN], message);
	if (hint)
		CHECK_STR(diags.first->hint[HYK_LANG_EN], hint);
}

TEST(messages)
{
	struct hyk_diags diags;

	refused("context.stert < now", "'context.stert' does not exist", "did you mean 'context.start'?");
	refused("age > 3", "'age' does not exist", "did you mean 'subject.age'?");
	refused("subject == subject", "'subject' is a group of facts; name one of them", "write subject.name");
	refused("holiday(now)", "'holiday' is not offered by this version of the engine", NULL);
	refused("weekdy(now) == 1", "there is no function 'weekdy'", "did you mean 'weekday'?");
	refused("month('x') == 1", "'month' cannot be used with (string)",
	    "these fit: month(timestamp); month(timestamp, string)");
	refused("1 + 2u > 3", "'+' cannot be used with (int, uint)", NULL);
	refused("context.end - context.start > duration('1d')", "this always fails: '1d' is not a duration such as 1h30m", NULL);
	refused("overlaps(context.start, context.end, '25:00', '06:00')",
	    "this always fails: a time of day is \"22:00\" or minutes since midnight, 0 to 1440", NULL);
	refused("now.getHours('Asia/Soul') > 3", "this always fails: 'Asia/Soul' is not a time zone", NULL);
	/* two mistakes, two messages; not a third for what stands on them */
	CHECK(!compile("(context.a + 1) * 2 > 3 && context.b", &diags));
	CHECK_INT(diags.n_errors, 2);
}

TEST(nested_conditions)
{
	struct hyk_cel_env env = { .decls = decls, .n_decls = n_decls, .civic = true };
	struct hyk_cel_cond leaves[3], any, all;
	const char *texts[] = { "1 / 0 > 0", "true", "false" };
	struct hyk_cel_frame f = frame();
	const struct hyk_cel_program *p;
	struct hyk_diags diags;

	for (size_t i = 0; i < 3; i++) {
		leaves[i] = (struct hyk_cel_cond){ .kind = HYK_CEL_LEAF };
		leaves[i].src = hyk_source_new(&arena, HYK_STR("leaf"), hyk_str_from_c(texts[i]));
	}
	any = (struct hyk_cel_cond){ HYK_CEL_ANY, NULL, leaves, 2 };
	hyk_diags_init(&diags, &arena);
	REQUIRE(hyk_cel_compile_cond(&env, &any, &arena, &p, &diags) == HYK_OK);
	CHECK(hyk_cel_run(p, &f).kind == HYK_BOOL && hyk_cel_run(p, &f).as.b);
	all = (struct hyk_cel_cond){ HYK_CEL_ALL, NULL, leaves, 3 };
	REQUIRE(hyk_cel_compile_cond(&env, &all, &arena, &p, &diags) == HYK_OK);
	CHECK(hyk_cel_run(p, &f).kind == HYK_BOOL && !hyk_cel_run(p, &f).as.b);
	all = (struct hyk_cel_cond){ HYK_CEL_NONE, NULL, &leaves[2], 1 };
	REQUIRE(hyk_cel_compile_cond(&env, &all, &arena, &p, &diags) == HYK_OK);
	CHECK(hyk_cel_run(p, &f).kind == HYK_BOOL && hyk_cel_run(p, &f).as.b);
	all = (struct hyk_cel_cond){ HYK_CEL_ALL, NULL, NULL, 0 };
	REQUIRE(hyk_cel_compile_cond(&env, &all, &arena, &p, &diags) == HYK_OK);
	CHECK(hyk_cel_run(p, &f).kind == HYK_BOOL && hyk_cel_run(p, &f).as.b);
}

int
main(void)
{
	set_up();
	RUN(quiet_hours);
	RUN(opening_hours);
	RUN(calendar);
	RUN(sums);
	RUN(facts);
	RUN(decision_mode);
	RUN(definitions);
	RUN(messages);
	RUN(nested_conditions);
	hyk_arena_fini(&arena);
	hyk_zones_fini();
	return check_done();
}
