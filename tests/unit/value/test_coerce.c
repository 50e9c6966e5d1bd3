/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "value/json.h"
#include "value/schema.h"

static struct hyk_arena arena;
static struct hyk_bounds bounds;
static struct hyk_coerce coerce = { .arena = &arena };

static struct hyk_value
json(const char *text)
{
	struct hyk_source src = { .name = HYK_STR("t"), .text = hyk_str_from_c(text) };
	struct hyk_value v = hyk_null();

	if (!CHECK(hyk_json_parse(&arena, &src, NULL, &v, NULL) == HYK_OK))
		fprintf(stderr, "    %s\n", text);
	return v;
}

static const struct hyk_type *
type(const char *text)
{
	const struct hyk_type *t = NULL;

	if (!CHECK(hyk_type_parse(&arena, hyk_str_from_c(text), NULL, HYK_NO_SPAN, &t, NULL) == HYK_OK))
		abort();
	return t;
}

/* The typed value, written as JSON again. */
static struct hyk_value
check_fits(const char *type_text, const char *in, const char *want)
{
	struct hyk_misfit why = { 0 };
	struct hyk_value out = hyk_absent();
	struct hyk_buf b;

	if (!CHECK(hyk_coerce_value(&coerce, type(type_text), &bounds, json(in), &out, &why))) {
		fprintf(stderr, "    %s: %s: %.*s\n", type_text, in, HYK_STR_ARG(why.en));
		return out;
	}
	hyk_buf_init(&b, 0);
	hyk_json_write(&b, out);
	CHECK_STR(hyk_buf_peek(&b), want);
	hyk_buf_fini(&b);
	return out;
}

static void
check_misfit(const char *type_text, const char *in, const char *path, const char *en, const char *ko)
{
	struct hyk_misfit why = { 0 };
	struct hyk_value out = hyk_absent();

	if (!CHECK(!hyk_coerce_value(&coerce, type(type_text), &bounds, json(in), &out, &why)))
		fprintf(stderr, "    %s: %s\n", type_text, in);
	CHECK_INT(out.kind, HYK_ABSENT);
	CHECK_STR(why.path, path);
	CHECK_STR(why.en, en);
	CHECK_STR(why.ko, ko);
}

/* `{"a": [<n times item>]}` or the like. */
static const char *
repeated(const char *before, const char *item, const char *between, unsigned n, const char *after)
{
	struct hyk_buf b;
	struct hyk_str text;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b, before);
	for (unsigned i = 0; i < n; i++)
		hyk_buf_printf(&b, "%s%s", i ? between : "", item);
	hyk_buf_append_c(&b, after);
	hyk_buf_append_char(&b, '\0');
	text = hyk_arena_dup(&arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return text.p ? text.p : "";
}

static bool
fits(const char *type_text, const char *in)
{
	struct hyk_misfit why = { 0 };
	struct hyk_value out;

	return hyk_coerce_value(&coerce, type(type_text), &bounds, json(in), &out, &why);
}

/* What no schema bounds is held to the sizes that the cost of conditions is counted with, at every depth. */
TEST(default_sizes)
{
	CHECK(fits("string", repeated("\"", "가", "", 4000, "\"")));
	check_misfit("string", repeated("\"", "가", "", 4001, "\""), "", "may be 4000 characters long at most, is 4001",
	    "4000자까지인데 4001자입니다");
	CHECK(fits("list<int>", repeated("[", "1", ",", 1000, "]")));
	check_misfit("list<int>", repeated("[", "1", ",", 1001, "]"), "", "may hold 1000 items at most, holds 1001",
	    "1000개까지인데 1001개입니다");
	check_misfit("list<string>", repeated("[\"\", \"", "a", "", 4001, "\"]"), "[1]",
	    "may be 4000 characters long at most, is 4001", "4000자까지인데 4001자입니다");
	check_misfit("{a: {b: list<int>}}", repeated("{\"a\": {\"b\": [", "1", ",", 1001, "]}}"), "a.b",
	    "may hold 1000 items at most, holds 1001", "1000개까지인데 1001개입니다");
	check_misfit("dyn", repeated("{\"a\": [[", "1", ",", 1001, "]]}"), "a[0]",
	    "may hold 1000 items at most, holds 1001", "1000개까지인데 1001개입니다");
	check_misfit("list<dyn>", repeated("[[", "1", ",", 1001, "]]"), "[0]", "may hold 1000 items at most, holds 1001",
	    "1000개까지인데 1001개입니다");
	/* a declared size takes their place, for the value itself only */
	bounds.max_size = 1001;
	CHECK(fits("list<int>", repeated("[", "1", ",", 1001, "]")));
	CHECK(!fits("list<int>", repeated("[", "1", ",", 1002, "]")));
	CHECK(!fits("list<list<int>>", repeated("[[", "1", ",", 1001, "]]")));
	hyk_bounds_init(&bounds);
}

TEST(numbers)
{
	CHECK_INT(check_fits("int", "5", "5").kind, HYK_INT);
	CHECK_INT(check_fits("int", "5.0", "5").kind, HYK_INT);
	CHECK_INT(check_fits("uint", "5", "5").kind, HYK_UINT);
	CHECK_INT(check_fits("uint", "18446744073709551615", "18446744073709551615").kind, HYK_UINT);
	CHECK_INT(check_fits("double", "5", "5.0").kind, HYK_DOUBLE);
	CHECK_INT(check_fits("double", "0.5", "0.5").kind, HYK_DOUBLE);
	check_misfit("int", "5.5", "", "expected a whole number, got 5.5", "정수가 와야 하는데 5.5가 왔습니다");
	check_misfit("int", "1e300", "", "expected a whole number, got 1e+300", "정수가 와야 하는데 1e+300이 왔습니다");
	check_misfit("int", "\"5\"", "", "expected a whole number, got the text '5'",
	    "정수가 와야 하는데 글 '5'가 왔습니다");
	check_misfit("int", "9223372036854775808", "",
	    "expected a whole number of at most 9223372036854775807, got 9223372036854775808",
	    "9223372036854775807 이하의 정수가 와야 하는데 9223372036854775808이 왔습니다");
	check_misfit("uint", "-1", "", "expected a whole number of at least 0, got -1",
	    "0 이상의 정수가 와야 하는데 -1이 왔습니다");
	check_misfit("double", "true", "", "expected a number, got true", "수가 와야 하는데 true가 왔습니다");
}

TEST(others)
{
	check_fits("bool", "true", "true");
	check_fits("string", "\"향약\"", "\"향약\"");
	check_fits("dyn", "{\"a\":[1,null]}", "{\"a\":[1,null]}");
	check_misfit("bool", "0", "", "expected true or false, got 0", "true 또는 false가 와야 하는데 0이 왔습니다");
	check_misfit("string", "null", "", "expected text, got null", "글이 와야 하는데 null이 왔습니다");
	check_misfit("string", "[1]", "", "expected text, got a list", "글이 와야 하는데 목록이 왔습니다");
	check_misfit("list<int>", "{}", "", "expected a list, got an object", "목록이 와야 하는데 객체가 왔습니다");
}

TEST(bytes)
{
	struct hyk_value v = check_fits("bytes", "\"-_-_\"", "\"-_-_\"");

	CHECK_INT(v.kind, HYK_BYTES);
	CHECK_INT(v.n, 3);
	CHECK_INT(memcmp(v.as.s, "\xfb\xff\xbf", 3), 0);
	check_fits("bytes", "\"+/+/\"", "\"-_-_\"");
	check_fits("bytes", "\"Zg==\"", "\"Zg\"");
	check_fits("bytes", "\"Zm8\"", "\"Zm8\"");
	check_fits("bytes", "\"Zm9vYmFy\"", "\"Zm9vYmFy\"");
	check_fits("bytes", "\"\"", "\"\"");
	check_misfit("bytes", "\"Z\"", "", "expected bytes in base64, got the text 'Z'",
	    "base64로 쓴 바이트가 와야 하는데 글 'Z'가 왔습니다");
	check_misfit("bytes", "\"Zh\"", "", "expected bytes in base64, got the text 'Zh'", /* bits left over */
	    "base64로 쓴 바이트가 와야 하는데 글 'Zh'가 왔습니다");
	check_misfit("bytes", "\"Z g=\"", "", "expected bytes in base64, got the text 'Z g='",
	    "base64로 쓴 바이트가 와야 하는데 글 'Z g='이(가) 왔습니다");
}

static int32_t
seoul(const void *zone, int64_t local_s)
{
	*(int64_t *)(uintptr_t)zone = local_s;
	return 9 * 3600;
}

TEST(times)
{
	struct hyk_value v;
	int64_t asked = 0;

	check_fits("timestamp", "\"2026-05-09T14:00:00+09:00\"", "\"2026-05-09T05:00:00Z\"");
	check_fits("duration", "\"1h30m\"", "\"5400s\"");
	v = check_fits("date", "\"2026-05-09\"", "\"2026-05-09T00:00:00Z\"");
	CHECK_INT(v.kind, HYK_TIMESTAMP);
	coerce.offset_at_local = seoul;
	coerce.zone = &asked;
	check_fits("date", "\"2026-05-09\"", "\"2026-05-08T15:00:00Z\"");
	CHECK_INT(asked, 1778284800); /* asked at local midnight */
	coerce.offset_at_local = NULL;
	check_misfit("timestamp", "\"2026-05-09\"", "",
	    "expected a time such as 2026-05-09T14:00:00+09:00, got the text '2026-05-09'",
	    "2026-05-09T14:00:00+09:00 같은 시각이 와야 하는데 글 '2026-05-09'이 왔습니다");
	check_misfit("date", "\"2026-02-30\"", "", "expected a date such as 2026-05-09, got the text '2026-02-30'",
	    "2026-05-09 같은 날짜가 와야 하는데 글 '2026-02-30'이 왔습니다");
	check_misfit("duration", "90", "", "expected a duration such as 1h30m, got 90",
	    "1h30m 같은 시간 길이가 와야 하는데 90이 왔습니다");
}

TEST(lists_maps_records)
{
	struct hyk_value v;

	check_fits("list<date>", "[\"2026-05-09\",\"0001-01-01\"]",
	    "[\"2026-05-09T00:00:00Z\",\"0001-01-01T00:00:00Z\"]");
	check_fits("list<dyn>", "[1,\"a\"]", "[1,\"a\"]");
	check_fits("map<string, double>", "{\"a\":1}", "{\"a\":1.0}");
	v = check_fits("map<int, string>", "{\"-5\":\"a\",\"7\":\"b\"}", "{\"-5\":\"a\",\"7\":\"b\"}");
	CHECK(hyk_vmap_find(v.as.map, hyk_int(7)) != NULL);
	v = check_fits("map<bool, int>", "{\"true\":1}", "{\"true\":1}");
	CHECK(hyk_vmap_find(v.as.map, hyk_bool(true)) != NULL);
	/* In the order of the type, not of the text; what is optional and null was not given. */
	check_fits("{a: int, b?: date, c?: string}", "{\"c\":\"x\",\"b\":null,\"a\":1}", "{\"a\":1,\"c\":\"x\"}");
	check_fits("{}", "{}", "{}");
}

TEST(paths)
{
	check_misfit("list<{at: timestamp}>", "[{\"at\":\"2026-05-09T05:00:00Z\"},{\"at\":1}]", "[1].at",
	    "expected a time such as 2026-05-09T14:00:00+09:00, got 1",
	    "2026-05-09T14:00:00+09:00 같은 시각이 와야 하는데 1이 왔습니다");
	check_misfit("{items: list<list<int>>}", "{\"items\":[[],[1,2,\"x\"]]}", "items[1][2]",
	    "expected a whole number, got the text 'x'", "정수가 와야 하는데 글 'x'가 왔습니다");
	check_misfit("{a: {나이: int}}", "{\"a\":{}}", "a.나이", "is missing", "빠졌습니다");
	check_misfit("{a: int}", "{\"a\":null}", "a", "expected a whole number, got null",
	    "정수가 와야 하는데 null이 왔습니다");
	check_misfit("{street: string}", "{\"stret\":\"x\"}", "stret",
	    "there is no such field; did you mean 'street'?", "그런 필드는 없습니다. 혹시 'street'입니까?");
	check_misfit("{street: string}", "{\"x\":1,\"street\":\"x\"}", "x", "there is no such field",
	    "그런 필드는 없습니다");
	check_misfit("map<string, list<bool>>", "{\"k\":[true,2]}", "k[1]", "expected true or false, got 2",
	    "true 또는 false가 와야 하는데 2가 왔습니다");
	check_misfit("map<int, int>", "{\"x\":1}", "x", "expected a whole number, got the text 'x'",
	    "정수가 와야 하는데 글 'x'가 왔습니다");
	check_misfit("map<int, int>", "{\"1\":1,\"01\":2}", "01", "this key means the same as an earlier one",
	    "앞의 키와 같은 키입니다");
}

TEST(long_values_are_shortened)
{
	check_misfit("int", "\"가나다라마바사아자차카타파하가나다라마바사아자차카타파하가나다라마바사아자차카타파하"
			    "가나다라마바사아자차카타파하가나다라마\"",
	    "",
	    "expected a whole number, got the text '가나다라마바사아자차카타파하가나다라마바사아자차카타파하"
	    "가나다라마바사아자차카타파하가나다라마바사아자차카타파하가나다라...'",
	    "정수가 와야 하는데 글 '가나다라마바사아자차카타파하가나다라마바사아자차카타파하"
	    "가나다라마바사아자차카타파하가나다라마바사아자차카타파하가나다라...'이(가) 왔습니다");
}

TEST(bounds_of_numbers)
{
	hyk_bounds_init(&bounds);
	bounds.min = hyk_int(3);
	bounds.max = hyk_double(7.5);
	check_fits("int", "3", "3");
	check_fits("double", "7.5", "7.5");
	check_misfit("int", "2", "", "must be at least 3, got 2", "3 이상이어야 하는데 2가 왔습니다");
	check_misfit("double", "7.6", "", "must be at most 7.5, got 7.6", "7.5 이하여야 하는데 7.6이 왔습니다");
	check_fits("list<int>", "[3,7]", "[3,7]");
	check_misfit("list<int>", "[3,8]", "[1]", "must be at most 7.5, got 8", "7.5 이하여야 하는데 8이 왔습니다");
	hyk_bounds_init(&bounds);
	bounds.max = hyk_duration(7200000000000);
	check_misfit("duration", "\"3h\"", "", "must be at most 7200s, got 10800s", "7200s 이하여야 하는데 10800s가 왔습니다");
	hyk_bounds_init(&bounds);
	bounds.min = hyk_timestamp(0, 0);
	check_misfit("date", "\"1969-12-31\"", "", "must be at least 1970-01-01T00:00:00Z, got 1969-12-31T00:00:00Z",
	    "1970-01-01T00:00:00Z 이상이어야 하는데 1969-12-31T00:00:00Z가 왔습니다");
	hyk_bounds_init(&bounds);
}

TEST(bounds_of_choice_and_size)
{
	const struct hyk_value choices[] = { hyk_string(HYK_STR("food")), hyk_string(HYK_STR("art")) };
	const struct hyk_vlist one_of = { 2, choices };

	hyk_bounds_init(&bounds);
	bounds.one_of = &one_of;
	check_fits("string", "\"art\"", "\"art\"");
	check_misfit("string", "\"arts\"", "", "must be one of 'food', 'art'; got 'arts'",
	    "'food', 'art' 가운데 하나여야 하는데 'arts'가 왔습니다");
	check_fits("list<string>", "[\"art\",\"food\"]", "[\"art\",\"food\"]");
	check_misfit("list<string>", "[\"art\",\"x\"]", "[1]", "must be one of 'food', 'art'; got 'x'",
	    "'food', 'art' 가운데 하나여야 하는데 'x'가 왔습니다");
	hyk_bounds_init(&bounds);
	bounds.max_size = 2;
	check_fits("string", "\"향약\"", "\"향약\""); /* characters, not bytes */
	check_misfit("string", "\"향약집\"", "", "may be 2 characters long at most, is 3", "2자까지인데 3자입니다");
	check_misfit("list<int>", "[1,2,3]", "", "may hold 2 items at most, holds 3", "2개까지인데 3개입니다");
	check_misfit("map<string, int>", "{\"a\":1,\"b\":2,\"c\":3}", "", "may hold 2 items at most, holds 3",
	    "2개까지인데 3개입니다");
	check_fits("int", "100", "100");
	hyk_bounds_init(&bounds);
}

TEST(optional_and_impossible_types)
{
	struct hyk_value out;
	struct hyk_misfit why;

	REQUIRE(hyk_coerce_value(&coerce, hyk_type_optional(&arena, hyk_type_basic(HYK_T_INT)), NULL, hyk_null(), &out,
	    &why));
	CHECK(out.kind == HYK_OPTIONAL && out.as.opt == NULL);
	REQUIRE(hyk_coerce_value(&coerce, hyk_type_optional(&arena, hyk_type_basic(HYK_T_DOUBLE)), NULL, hyk_int(3),
	    &out, &why));
	CHECK(out.as.opt && out.as.opt->kind == HYK_DOUBLE);
	CHECK(!hyk_coerce_value(&coerce, hyk_type_basic(HYK_T_TYPE), NULL, hyk_int(3), &out, &why));
	CHECK_STR(why.en, "no JSON value has this type");
	CHECK(!hyk_coerce_value(&coerce, hyk_type_basic(HYK_T_INT), NULL, hyk_null(), &out, NULL));
}

TEST(without_memory)
{
	const struct hyk_type *t = type("{a: list<date>, b: map<int, bytes>, c?: {d: string}}");
	struct hyk_value good = json("{\"a\":[\"2026-05-09\"],\"b\":{\"1\":\"Zg\"},\"c\":{\"d\":\"x\"}}");
	struct hyk_value bad = json("{\"a\":[\"2026-05-09\",5],\"b\":{\"1\":\"Zg\"}}");

	for (size_t cap = 1;; cap += 16) {
		struct hyk_arena a;
		struct hyk_coerce c = { .arena = &a };
		struct hyk_value out;
		struct hyk_misfit why = { 0 };
		bool fits, refused;

		hyk_arena_init(&a, cap);
		fits = hyk_coerce_value(&c, t, NULL, good, &out, &why);
		refused = a.overflowed;
		CHECK_INT(fits, !refused);
		if (!fits)
			CHECK(why.en.n > 0 && why.ko.n > 0);
		hyk_arena_fini(&a);
		if (fits)
			break;
	}
	for (long n = 0;; n++) {
		struct hyk_arena a;
		struct hyk_coerce c = { .arena = &a };
		struct hyk_value out;
		struct hyk_misfit why = { 0 };
		bool refused;

		hyk_arena_init(&a, 0);
		hyk_alloc_fail_after(n);
		CHECK(!hyk_coerce_value(&c, t, NULL, bad, &out, &why));
		refused = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK(why.en.n > 0 && why.ko.n > 0);
		hyk_arena_fini(&a);
		if (!refused)
			break;
	}
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	hyk_bounds_init(&bounds);
	RUN(numbers);
	RUN(default_sizes);
	RUN(others);
	RUN(bytes);
	RUN(times);
	RUN(lists_maps_records);
	RUN(paths);
	RUN(long_values_are_shortened);
	RUN(bounds_of_numbers);
	RUN(bounds_of_choice_and_size);
	RUN(optional_and_impossible_types);
	RUN(without_memory);
	hyk_arena_fini(&arena);
	return check_done();
}
