/* SPDX-License-Identifier: Apache-2.0 */
/* Civic functions, facts, unknowns and definitions: everything a policy sees. */
#include "cel/cel.h"

#include "support/check.h"
#include "text/zone.h"

static struct hyk_arena arena;

enum { AGE, BORN, START, END, MODES, MODE, HOURS, NOW, TZ, ACTION, BIG, SPOT, PAIR, N_SLOTS };

static struct hyk_type subject, resource, context, action, spot, pair;
static struct hyk_field spot_fields[2], pair_fields[2];
static struct hyk_field subject_fields[2], resource_fields[3], context_fields[4], action_fields[1];
static struct hyk_cel_decl decls[8];
static size_t n_decls;
static struct hyk_value slots[N_SLOTS], stack[HYK_CEL_STACK];
static uint8_t assurance[N_SLOTS];
static const struct hyk_zone *seoul;
static struct hyk_cel_commons commons;

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
	/* the order of its fields does not matter */
	field(&spot_fields[0], "lon", hyk_type_basic(HYK_T_DOUBLE), HYK_NO_SLOT, false);
	field(&spot_fields[1], "lat", hyk_type_basic(HYK_T_DOUBLE), HYK_NO_SLOT, false);
	spot = (struct hyk_type){ .kind = HYK_T_RECORD, .fields = spot_fields, .n_fields = 2 };
	field(&context_fields[2], "spot", &spot, SPOT, false);
	field(&pair_fields[0], "x", hyk_type_basic(HYK_T_DOUBLE), HYK_NO_SLOT, false);
	field(&pair_fields[1], "y", hyk_type_basic(HYK_T_DOUBLE), HYK_NO_SLOT, false);
	pair = (struct hyk_type){ .kind = HYK_T_RECORD, .fields = pair_fields, .n_fields = 2 };
	field(&context_fields[3], "pair", &pair, PAIR, false);
	field(&resource_fields[0], "decision_modes", hyk_type_map(&arena, str, str), MODES, false);
	field(&resource_fields[1], "decision_mode", str, MODE, false);
	field(&resource_fields[2], "hours", hyk_type_map(&arena, str, hyk_type_list(&arena, hyk_type_basic(HYK_T_INT))), HOURS,
	    false);
	field(&action_fields[0], "name", str, ACTION, false);
	subject = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("subject"), .fields = subject_fields, .n_fields = 2 };
	context = (struct hyk_type){ .kind = HYK_T_RECORD, .name = HYK_STR("context"), .fields = context_fields, .n_fields = 4 };
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
	struct hyk_cel_env env = { .decls = decls, .n_decls = n_decls, .civic = true, .commons = &commons };
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
	return (struct hyk_cel_frame){ .slots = slots, .assurance = assurance, .n_slots = N_SLOTS, .zone = seoul,
		.commons = &commons, .arena = &arena, .stack = stack, .gas = 100000 };
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

/* 22:00 to 06:00 passes midnight; touching at the border is no overlap; an instant is in the hours or not. */
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
	/* nothing or all day, nobody knows */
	IS_ERROR("overlaps(context.start, context.end, 60, 60 + size(tz) - size(tz))");
	span("2026-05-10T22:00:00+09:00", "2026-05-10T22:00:00+09:00");
	IS_TRUE("overlaps(context.start, context.end, '22:00', '06:00')");
	IS_FALSE("overlaps(context.start, context.end, '06:00', '22:00')");
	span("2026-05-10T12:00:00+09:00", "2046-05-10T12:00:00+09:00");
	IS_TRUE("overlaps(context.start, context.end, '03:00', '03:01')");
	IS_TRUE("overlaps(context.start, context.end, '00:00', '24:00')");
}

/*
 * New York: on 2026-03-08 the clock goes from 02:00 to 03:00, on 2026-11-01 from 02:00 back to 01:00. An hour that
 * is skipped is never touched; one that comes twice counts both times.
 */
TEST(hours_of_days_that_change_their_offset)
{
	slots[TZ] = hyk_string(HYK_STR("America/New_York"));
	span("2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00"); /* one hour */
	IS_FALSE("overlaps(context.start, context.end, '02:00', '03:00', tz)");
	IS_TRUE("overlaps(context.start, context.end, '01:59', '02:00', tz)");
	IS_TRUE("overlaps(context.start, context.end, '03:29', '03:30', tz)");
	IS_FALSE("overlaps(context.start, context.end, '03:30', '24:00', tz)");
	IS_TRUE("overlaps(context.start, context.end, '22:00', '06:00', tz)");
	span("2026-11-01T01:30:00-04:00", "2026-11-01T01:15:00-05:00"); /* 45 minutes: 01:30 to 02:00, 01:00 to 01:15 */
	IS_TRUE("overlaps(context.start, context.end, '01:40', '01:50', tz)");
	IS_TRUE("overlaps(context.start, context.end, '01:00', '01:10', tz)");
	IS_FALSE("overlaps(context.start, context.end, '01:15', '01:30', tz)");
	IS_FALSE("overlaps(context.start, context.end, '02:00', '24:00', tz)");
	/* ends in the very second of the change, and a little after */
	span("2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00");
	IS_FALSE("overlaps(context.start, context.end, '01:00', '01:30', tz)");
	span("2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00.5-05:00");
	IS_TRUE("overlaps(context.start, context.end, '01:00', '01:30', tz)");
	/* half an hour, on Lord Howe: 2026-04-05 from 02:00 back to 01:30 */
	span("2026-04-05T01:50:00+11:00", "2026-04-05T01:40:00+10:30");
	IS_TRUE("overlaps(context.start, context.end, '01:35', '01:40', 'Australia/Lord_Howe')");
	IS_FALSE("overlaps(context.start, context.end, '01:40', '01:50', 'Australia/Lord_Howe')");
	/* Samoa had no 2011-12-30 */
	span("2011-12-29T23:00:00-10:00", "2011-12-31T01:00:00+14:00");
	IS_FALSE("overlaps(context.start, context.end, '12:00', '13:00', 'Pacific/Apia')");
	IS_TRUE("overlaps(context.start, context.end, '00:30', '00:40', 'Pacific/Apia')");
}

static void
hours_on(const char *day, int64_t from, int64_t until, const char *other, int64_t other_from, int64_t other_until)
{
	static struct hyk_value items[2], others[2];
	struct hyk_mapb m;

	items[0] = hyk_int(from);
	items[1] = hyk_int(until);
	others[0] = hyk_int(other_from);
	others[1] = hyk_int(other_until);
	hyk_mapb_init(&m, &arena);
	CHECK(hyk_mapb_add_c(&m, day, hyk_list(&arena, items, 2)));
	CHECK(hyk_mapb_add_c(&m, other, hyk_list(&arena, others, 2)));
	slots[HOURS] = hyk_mapb_finish(&m, NULL);
}

/* A night belongs to the evening before; hours that touch are one; what counts is the clock on the wall. */
TEST(opening_hours_over_midnight)
{
	static const char opens[] = "open(resource.hours, context.start, context.end)";
	static const char opens_there[] = "open(resource.hours, context.start, context.end, 'America/New_York')";

	hours_on("fri", 1080, 120, "mon", 0, 0); /* Friday 18:00 to 02:00 */
	span("2026-05-09T01:00:00+09:00", "2026-05-09T02:00:00+09:00");
	IS_TRUE(opens);
	span("2026-05-09T01:00:00+09:00", "2026-05-09T02:00:00.000000001+09:00");
	IS_FALSE(opens);
	span("2026-05-08T01:00:00+09:00", "2026-05-08T02:00:00+09:00"); /* Thursday's night */
	IS_FALSE(opens);
	span("2026-05-11T00:00:00+09:00", "2026-05-11T00:01:00+09:00"); /* closed all Monday */
	IS_FALSE(opens);
	hours_on("fri", 600, 1440, "sat", 0, 1440);
	span("2026-05-08T10:00:00+09:00", "2026-05-10T00:00:00+09:00");
	IS_TRUE(opens);
	span("2026-05-08T10:00:00+09:00", "2026-05-10T00:00:01+09:00");
	IS_FALSE(opens);
	span("2026-05-08T09:59:00+09:00", "2026-05-09T10:00:00+09:00");
	IS_FALSE(opens);
	/* an instant at the end still lies in there */
	span("2026-05-10T00:00:00+09:00", "2026-05-10T00:00:00+09:00");
	IS_TRUE(opens);
	span("2026-05-10T00:00:01+09:00", "2026-05-10T00:00:01+09:00");
	IS_FALSE(opens);
	/* Sunday 2026-11-01, 00:30 to 05:30 on the wall are six hours */
	hours_on("sun", 0, 330, "mon", 0, 0);
	span("2026-11-01T00:30:00-04:00", "2026-11-01T05:30:00-05:00");
	IS_TRUE(opens_there);
	span("2026-11-01T00:30:00-04:00", "2026-11-01T05:31:00-05:00");
	IS_FALSE(opens_there);
	/* it opens at 01:10, and the clock goes back to 01:00 */
	hours_on("sun", 70, 330, "mon", 0, 0);
	span("2026-11-01T01:30:00-04:00", "2026-11-01T01:20:00-05:00");
	IS_FALSE(opens_there);
	/* Sunday 2026-03-08: from 01:00 to 06:00 are four hours */
	hours_on("sun", 60, 360, "mon", 0, 0);
	span("2026-03-08T01:00:00-05:00", "2026-03-08T06:00:00-04:00");
	IS_TRUE(opens_there);
	span("2026-03-08T01:00:00-05:00", "2026-03-08T06:00:01-04:00");
	IS_FALSE(opens_there);
	span("2026-03-08T01:00:00-05:00", "2037-03-08T06:00:01-04:00");
	IS_ERROR(opens_there);
}

/* A day is one of the local calendar; a year that is not covered is an error, never a no. */
TEST(holidays)
{
	static const int32_t years[] = { 2026, 2027 };
	static const int32_t days[] = { 20578, 20947 }; /* 2026-05-05, 2027-05-09 */
	static const struct hyk_calendar calendar = { days, 2, years, 2 };
	struct hyk_cel_frame f = frame();
	const struct hyk_cel_program *p;
	struct hyk_diags diags;

	commons.calendar = &calendar;
	span("2026-05-05T00:00:00+09:00", "2026-05-05T23:59:59+09:00");
	IS_TRUE("holiday(context.start) && holiday(context.end)");
	IS_FALSE("holiday(context.start, 'UTC')");
	span("2026-05-04T23:59:59+09:00", "2026-05-06T00:00:00+09:00");
	IS_FALSE("holiday(context.start) || holiday(context.end)");
	span("2026-01-01T00:00:00+09:00", "2027-12-31T23:59:59+09:00");
	IS_FALSE("holiday(context.start) || holiday(context.end)");
	span("2025-12-31T23:59:59+09:00", "2028-01-01T00:00:00+09:00");
	IS_ERROR("holiday(context.start)");
	IS_ERROR("holiday(context.end)");
	CHECK_STR(eval("holiday(context.start)").as.err->text, "the holiday calendar does not cover 2025; its first year is 2026");
	CHECK_STR(eval("holiday(context.end)").as.err->text, "the holiday calendar does not cover 2028; its last year is 2027");
	/* what came in without being looked at is an error when it runs */
	p = compile("holiday(context.start)", &diags);
	f.commons = NULL;
	REQUIRE(p);
	CHECK_INT(hyk_cel_run(p, &f).kind, HYK_ERROR_VALUE);
	commons.calendar = NULL;
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
	slots[AGE] = (struct hyk_value){ .kind = HYK_UNKNOWN };
	assurance[AGE] = HYK_VOUCHED;
	IS_TRUE("vouched(subject.age) && !verified(subject.age)");
	IS_FALSE("verified(subject.age) && subject.age > 3");
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

static void
stand_at(double lat, double lon)
{
	struct hyk_mapb m;

	hyk_mapb_init(&m, &arena);
	CHECK(hyk_mapb_add_c(&m, "lat", hyk_double(lat)) && hyk_mapb_add_c(&m, "lon", hyk_double(lon)));
	slots[SPOT] = hyk_mapb_finish(&m, NULL);
}

/* Areas and points by their names, of the commons and of the one above. */
TEST(places)
{
	static const struct hyk_point corners[] = { { 0, 0 }, { 4 * HYK_DEGREE, 0 }, { 4 * HYK_DEGREE, 4 * HYK_DEGREE }, { 0, 0 } };
	static const struct hyk_ring ring = { corners, 4 };
	static const struct hyk_polygon polygon = { &ring, 1 };
	static struct hyk_place wedge = { .id = HYK_STR_INIT("wedge") };
	static struct hyk_place well = { .id = HYK_STR_INIT("well"), .point = { 0, HYK_DEGREE } };
	static struct hyk_places above, here;

	hyk_map_init(&above.by_id, &arena);
	hyk_map_init(&here.by_id, &arena);
	here.above = &above;
	REQUIRE(hyk_area_build(&arena, &polygon, 1, &wedge.area) == HYK_OK);
	REQUIRE(hyk_map_add(&above.by_id, wedge.id, &wedge) == HYK_OK && hyk_map_add(&here.by_id, well.id, &well) == HYK_OK);
	commons.places = &here;
	stand_at(1, 3);
	IS_TRUE("within(context.spot, 'wedge')");
	stand_at(3, 1);
	IS_FALSE("within(context.spot, 'wedge')");
	IS_TRUE("within({'lat': 1.0, 'lon': 1.0}, 'wedge') && !within({'lat': 1.000000001, 'lon': 1.0}, 'wedge')");
	/* one degree on the equator and along a meridian are 111195.080 m */
	IS_TRUE("distance({'lat': 0.0, 'lon': 0.0}, 'well') == 111195.080 && distance('well', 'well') == 0.0");
	stand_at(0, 1);
	IS_TRUE("distance(context.spot, {'lat': 0.0, 'lon': 2.0}) == 111195.080");
	IS_TRUE("distance('well', context.spot) > 157249.0 && distance('well', context.spot) < 157250.0");
	IS_ERROR("within(context.spot, 'wed' + tz.substring(size(tz)))");
	IS_ERROR("within(context.spot, 'well' + tz.substring(size(tz)))");
	stand_at(91, 0);
	IS_ERROR("within(context.spot, 'wedge')");
	refused("within(context.spot, 'wege')", "'wege' is no place of this commons, nor of one above it", "did you mean 'wedge'?");
	refused("within(context.spot, 'well')", "this place is a point; nothing lies within it", NULL);
	refused("distance(context.spot, 'wedge') < 5.0", "this place is an area; a distance goes from point to point", NULL);
	refused("within(context.pair, 'wedge')", "'within' cannot be used with ({x: double, y: double}, string)", NULL);
	refused("within(context.start, 'wedge')", "'within' cannot be used with (timestamp, string)",
	    "these fit: within({lat: double, lon: double}, string); within(map(string, double), string)");
	commons.places = NULL;
}

TEST(messages)
{
	struct hyk_diags diags;

	refused("context.stert < now", "'context.stert' does not exist", "did you mean 'context.start'?");
	refused("age > 3", "'age' does not exist", "did you mean 'subject.age'?");
	refused("subject == subject", "'subject' is a group of facts; name one of them", "write subject.name");
	refused("holiday(now)", "this commons has no holiday calendar, nor has any above it",
	    "put a calendar.yaml into the folder of the commons");
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
	RUN(hours_of_days_that_change_their_offset);
	RUN(opening_hours);
	RUN(opening_hours_over_midnight);
	RUN(holidays);
	RUN(calendar);
	RUN(sums);
	RUN(facts);
	RUN(decision_mode);
	RUN(definitions);
	RUN(places);
	RUN(messages);
	RUN(nested_conditions);
	hyk_arena_fini(&arena);
	hyk_zones_fini();
	return check_done();
}
