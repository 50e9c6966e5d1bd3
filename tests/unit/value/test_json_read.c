/* SPDX-License-Identifier: Apache-2.0 */
/* Texts by hand, and generated ones with jansson as the second opinion. */
#include "support/check.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "value/json.h"

#include <jansson.h>
#include <math.h>

static struct hyk_arena arena;

/*
 * Parses a copy that ends where the text ends, so that ASan sees a byte too
 * far. The copy lives until the arena ends.
 */
static enum hyk_status
parse(struct hyk_str text, const struct hyk_json_limits *limits, struct hyk_value *v, struct hyk_diags *d)
{
	char *copy = malloc(text.n ? text.n : 1);
	struct hyk_source *src;

	if (!copy || hyk_arena_defer(&arena, free, copy) != HYK_OK)
		abort();
	if (text.n)
		memcpy(copy, text.p, text.n);
	src = hyk_source_new(&arena, HYK_STR("<test>"), hyk_str_make(copy, text.n));
	if (!src)
		abort();
	hyk_diags_init(d, &arena);
	return hyk_json_parse(&arena, src, limits, v, d);
}

static struct hyk_value
good(const char *text)
{
	struct hyk_value v = { .kind = HYK_ERROR_VALUE };
	struct hyk_diags d;

	if (!CHECK_INT(parse(hyk_str_from_c(text), NULL, &v, &d), HYK_OK))
		fprintf(stderr, "    %s\n", text);
	CHECK_INT(d.n_errors, 0);
	return v;
}

/* One message, with this number, at these bytes. */
static void
check_bad(struct hyk_str text, enum hyk_diag_id id, uint32_t at, uint32_t n)
{
	struct hyk_value v = hyk_int(7);
	struct hyk_diags d;
	enum hyk_status st = parse(text, NULL, &v, &d);
	bool ok = st != HYK_OK && d.n_errors == 1 && d.first && d.first->id == id && d.first->span.at == at &&
		  d.first->span.n == n && v.kind == HYK_INT;

	if (!CHECK(ok))
		fprintf(stderr, "    %.*s: status %d, HYK-%04d at %d, %d bytes\n", HYK_STR_ARG(text), (int)st,
		    d.first ? (int)d.first->id : 0, d.first ? (int)d.first->span.at : -1,
		    d.first ? (int)d.first->span.n : -1);
}

#define BAD(lit, id, at, n) check_bad(HYK_STR(lit), HYK_D_##id, (at), (n))

TEST(scalars)
{
	CHECK_INT(good("null").kind, HYK_NULL);
	CHECK_INT(good("true").as.b, true);
	CHECK_INT(good(" false ").as.b, false);
	CHECK_INT(good("0").as.i, 0);
	CHECK_INT(good("-0").as.i, 0);
	CHECK_INT(good("-0").kind, HYK_INT);
	CHECK_INT(good("9223372036854775807").as.i, INT64_MAX);
	CHECK_INT(good("-9223372036854775808").as.i, INT64_MIN);
	CHECK_INT(good("9223372036854775807").kind, HYK_INT);
	CHECK_INT(good("9223372036854775808").kind, HYK_UINT);
	CHECK(good("18446744073709551615").as.u == UINT64_MAX);
	CHECK_INT(good("1.0").kind, HYK_DOUBLE);
	CHECK(good("-1.5e+3").as.d == -1500.0);
	CHECK(good("1E2").as.d == 100.0);
	CHECK(good("0.1").as.d == 0.1);
	CHECK(good("0e0").as.d == 0.0);
	CHECK(signbit(good("-0.0").as.d));
	CHECK(good("1e-400").as.d == 0.0);
	CHECK(good("123456789012345678901234567890.5").as.d == 123456789012345678901234567890.5);
	CHECK_STR(hyk_value_str(good("\"\"")), "");
	CHECK_STR(hyk_value_str(good("\"향약\"")), "향약");
}

TEST(escapes)
{
	struct hyk_value v;

	CHECK_STR(hyk_value_str(good("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")), "\"\\/\b\f\n\r\t");
	CHECK_STR(hyk_value_str(good("\"a\\u00e9b\\uD55C\\u20ac\"")), "aéb한€");
	CHECK_STR(hyk_value_str(good("\"\\ud83d\\uDE00!\"")), "😀!");
	CHECK_STR(hyk_value_str(good("\"\\uffff\"")), "\xef\xbf\xbf");
	CHECK_STR(hyk_value_str(good("\"\\udbff\\udfff\"")), "\xf4\x8f\xbf\xbf");
	v = good("\"a\\u0000b\"");
	CHECK_INT(v.n, 3);
	CHECK_INT(memcmp(v.as.s, "a\0b", 3), 0);
	CHECK_STR(hyk_value_str(good("\"\x7f\"")), "\x7f"); /* DEL is no control character to JSON */
	v = good("{\"\\u006b\":1}");
	CHECK(hyk_value_get(v, "k") != NULL);
}

TEST(strings_without_escapes_point_into_the_text)
{
	struct hyk_source src = { .name = HYK_STR("t"), .text = HYK_STR("[\"plain\", \"esc\\n\"]") };
	struct hyk_value v;

	REQUIRE(hyk_json_parse(&arena, &src, NULL, &v, NULL) == HYK_OK);
	CHECK(v.as.list->items[0].as.s == src.text.p + 2);
	CHECK(v.as.list->items[1].as.s < src.text.p || v.as.list->items[1].as.s >= src.text.p + src.text.n);
}

TEST(lists_and_maps)
{
	struct hyk_value v = good("\t{ \"a\" : [ ] , \"b\" : { } ,\r\n\"c\":[1,[2,{\"d\":3}],\"x\"] } ");
	const struct hyk_value *c;

	REQUIRE(v.kind == HYK_MAP && v.as.map->n == 3);
	CHECK_STR(hyk_value_str(v.as.map->entries[1].key), "b");
	CHECK_INT(hyk_value_get(v, "a")->as.list->n, 0);
	CHECK_INT(hyk_value_get(v, "b")->as.map->n, 0);
	c = hyk_value_get(v, "c");
	REQUIRE(c && c->kind == HYK_LIST && c->as.list->n == 3);
	CHECK_INT(c->as.list->items[0].as.i, 1);
	CHECK_INT(hyk_value_get(c->as.list->items[1].as.list->items[1], "d")->as.i, 3);
	CHECK_STR(hyk_value_str(c->as.list->items[2]), "x");
	CHECK_INT(good("[]").as.list->n, 0);
	CHECK_INT(good("[[],[[]],{}]").as.list->n, 3);
	CHECK_INT(good("{\"\":1}").as.map->n, 1);
}

TEST(syntax)
{
	BAD("", JSON_EMPTY, 0, 0);
	BAD(" \n\t", JSON_EMPTY, 3, 0);
	BAD("\xef\xbb\xbf{}", JSON_BOM, 0, 3);
	BAD("1 2", JSON_TRAILING, 2, 1);
	BAD("{} 향", JSON_TRAILING, 3, 3);
	BAD("nullx", JSON_TRAILING, 4, 1);
	BAD("{}}", JSON_TRAILING, 2, 1);
	BAD("1\0", JSON_TRAILING, 1, 1);
	BAD("[1,]", JSON_SYNTAX, 3, 1);
	BAD("[,1]", JSON_SYNTAX, 1, 1);
	BAD("[1 2]", JSON_SYNTAX, 3, 1);
	BAD("[1}", JSON_SYNTAX, 2, 1);
	BAD("{\"a\":1]", JSON_SYNTAX, 6, 1);
	BAD("{\"a\":1,}", JSON_SYNTAX, 7, 1);
	BAD("{,}", JSON_SYNTAX, 1, 1);
	BAD("{a:1}", JSON_SYNTAX, 1, 1);
	BAD("{'a':1}", JSON_SYNTAX, 1, 1);
	BAD("{1:1}", JSON_SYNTAX, 1, 1);
	BAD("{\"a\" 1}", JSON_SYNTAX, 5, 1);
	BAD("{\"a\":}", JSON_SYNTAX, 5, 1);
	BAD("{\"a\":1 \"b\":2}", JSON_SYNTAX, 7, 1);
	BAD("]", JSON_SYNTAX, 0, 1);
	BAD(":", JSON_SYNTAX, 0, 1);
	BAD("True", JSON_SYNTAX, 0, 1);
	BAD("nul", JSON_SYNTAX, 0, 1);
	BAD("NaN", JSON_SYNTAX, 0, 1);
	BAD("/* */1", JSON_SYNTAX, 0, 1);
	BAD("[1,\f2]", JSON_SYNTAX, 3, 1);
	BAD("향약", JSON_SYNTAX, 0, 3);
	BAD("[1,\xc2\xa0]", JSON_SYNTAX, 3, 2); /* a no-break space is no blank to JSON */
}

TEST(truncated)
{
	BAD("[", JSON_TRUNCATED, 1, 0);
	BAD("{", JSON_TRUNCATED, 1, 0);
	BAD("[1", JSON_TRUNCATED, 2, 0);
	BAD("[1,", JSON_TRUNCATED, 3, 0);
	BAD("{\"a\"", JSON_TRUNCATED, 4, 0);
	BAD("{\"a\":", JSON_TRUNCATED, 5, 0);
	BAD("{\"a\":1,", JSON_TRUNCATED, 7, 0);
	BAD("\"abc", JSON_TRUNCATED, 4, 0);
	BAD("\"a\\n", JSON_TRUNCATED, 4, 0);
	BAD("\"a\\", JSON_TRUNCATED, 3, 0);
}

TEST(every_cut_of_a_text_is_bad)
{
	static const char whole[] = "{\"a\\u00e9\\ud83d\\ude00\": [1, -2.5e+10, true, false, null, \"x\\n\", {}, []], "
				    "\"향\": {\"b\": 18446744073709551615}}";
	struct hyk_value v;
	struct hyk_diags d;

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		struct hyk_str rendered;
		struct hyk_buf b;

		CHECK(parse(hyk_str_make(whole, n), NULL, &v, &d) == HYK_E_INVALID);
		CHECK_INT(d.n_errors, 1);
		/* And the message can be shown, in valid UTF-8. */
		hyk_buf_init(&b, 0);
		hyk_diags_render(&b, &d, HYK_LANG_KO);
		rendered = hyk_buf_peek(&b);
		CHECK_INT(hyk_utf8_valid_prefix(rendered), rendered.n);
		hyk_buf_fini(&b);
	}
	CHECK(parse(HYK_STR(whole), NULL, &v, &d) == HYK_OK);
}

TEST(numbers)
{
	BAD("01", JSON_NUMBER, 0, 2);
	BAD("-", JSON_NUMBER, 0, 1);
	BAD("-a", JSON_NUMBER, 0, 2);
	BAD("00", JSON_NUMBER, 0, 2);
	BAD("-01", JSON_NUMBER, 0, 3);
	BAD("1.", JSON_NUMBER, 0, 2);
	BAD("[1.e5]", JSON_NUMBER, 1, 4);
	BAD("1e", JSON_NUMBER, 0, 2);
	BAD("1e+", JSON_NUMBER, 0, 3);
	BAD("01.5", JSON_NUMBER, 0, 4);
	BAD("+1", JSON_SYNTAX, 0, 1);
	BAD(".5", JSON_SYNTAX, 0, 1);
	BAD("0x10", JSON_TRAILING, 1, 1);
	BAD("1_000", JSON_TRAILING, 1, 1);
	BAD("18446744073709551616", JSON_NUMBER_RANGE, 0, 20);
	BAD("-9223372036854775809", JSON_NUMBER_RANGE, 0, 20);
	BAD("99999999999999999999999", JSON_NUMBER_RANGE, 0, 23);
	BAD("-18446744073709551615", JSON_NUMBER_RANGE, 0, 21);
	BAD("36893488147419103232", JSON_NUMBER_RANGE, 0, 20); /* 2^65, which wraps to nought */
	BAD("[1e309]", JSON_NUMBER_RANGE, 1, 5);
	BAD("-1e999999999999", JSON_NUMBER_RANGE, 0, 15);
}

TEST(strings)
{
	BAD("\"\\x\"", JSON_ESCAPE, 1, 2);
	BAD("\"\\u12\"", JSON_ESCAPE, 1, 4);
	BAD("\"\\u12g4\"", JSON_ESCAPE, 1, 6);
	BAD("\"\\U0041\"", JSON_ESCAPE, 1, 2);
	BAD("\"\\향\"", JSON_ESCAPE, 1, 4);
	BAD("\"\\ud800\"", JSON_SURROGATE, 1, 6);
	BAD("\"\\ud800x\"", JSON_SURROGATE, 1, 6);
	BAD("\"\\ud800\\n\"", JSON_SURROGATE, 1, 6);
	BAD("\"\\ud800\\u0041\"", JSON_SURROGATE, 1, 6);
	BAD("\"\\ud800\\ud800\"", JSON_SURROGATE, 1, 6);
	BAD("\"ab\\udc00\"", JSON_SURROGATE, 3, 6);
	BAD("\"\\udc00\\ud800\"", JSON_SURROGATE, 1, 6);
	BAD("\"a\nb\"", JSON_CONTROL, 2, 1);
	BAD("\"\\n\t\"", JSON_CONTROL, 3, 1);
	BAD("\"a\0b\"", JSON_CONTROL, 2, 1);
	BAD("\"\xff\"", NOT_UTF8, 1, 1);
	BAD("\"\xc0\x80\"", NOT_UTF8, 1, 1);
	BAD("\"\xed\xa0\x80\"", NOT_UTF8, 1, 1); /* a surrogate in UTF-8's clothes */
	BAD("{\"\xe1\x84\":1}", NOT_UTF8, 2, 1);
	BAD("[1]\x80", NOT_UTF8, 3, 1);
}

TEST(duplicate_keys)
{
	struct hyk_value v;
	struct hyk_diags d;
	struct hyk_buf b;

	BAD("{\"a\":1,\"a\":2}", JSON_DUPLICATE_KEY, 7, 3);
	BAD("{\"a\":1,\"b\":1,\"\\u0061\":2}", JSON_DUPLICATE_KEY, 13, 8);
	BAD("{\"\":1,\"\":2}", JSON_DUPLICATE_KEY, 6, 2);
	BAD("[{\"a\":{\"a\":[{\"b\":\"}\\\"\"}]},\"c\":\",\", \"a\":2}]", JSON_DUPLICATE_KEY, 35, 3);
	good("{\"a\":{\"a\":1},\"b\":{\"a\":1}}");
	good("{\"a\":1,\"A\":1,\"a \":1}");
	/* Both places are named, also beyond the small maps. */
	CHECK(parse(HYK_STR("{\n\"k0\":0,\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\n  \"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\n"
			    "  \"향\":1, \"k5\":9}"),
		  NULL, &v, &d) == HYK_E_INVALID);
	hyk_buf_init(&b, 0);
	hyk_diags_render(&b, &d, HYK_LANG_EN);
	CHECK_STR(hyk_buf_peek(&b),
	    "<test>:4:10: error: the key 'k5' is given twice; first at 3:3 [HYK-0203]\n"
	    "     4 |   \"향\":1, \"k5\":9}\n"
	    "       |           ^^^^\n"
	    "     hint: keep one of them\n");
	hyk_buf_fini(&b);
}

TEST(the_message_speaks_both_languages)
{
	struct hyk_value v;
	struct hyk_diags d;

	parse(HYK_STR("{\"a\":1 \"b\":2}"), NULL, &v, &d);
	REQUIRE(d.first);
	CHECK_STR(d.first->text[HYK_LANG_EN], "this is not JSON: expected ',' or '}'");
	parse(HYK_STR("{\"나이\" 3}"), NULL, &v, &d);
	REQUIRE(d.first);
	CHECK_STR(d.first->text[HYK_LANG_EN], "this is not JSON: expected ':' after the key");
	parse(HYK_STR("[01]"), NULL, &v, &d);
	REQUIRE(d.first);
	CHECK_STR(d.first->text[HYK_LANG_KO], "'01'은 JSON 숫자가 아닙니다");
}

static struct hyk_str
brackets(unsigned n, const char *open, const char *close)
{
	struct hyk_buf b;
	struct hyk_str s;

	hyk_buf_init(&b, 0);
	for (unsigned i = 0; i < n; i++)
		hyk_buf_append_c(&b, open);
	for (unsigned i = 0; i < n; i++)
		hyk_buf_append_c(&b, close);
	s = hyk_arena_dup(&arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

TEST(depth)
{
	struct hyk_json_limits deep = { .max_depth = 100000 }, two = { .max_depth = 2 };
	struct hyk_value v;
	struct hyk_diags d;

	CHECK_INT(parse(brackets(32, "[", "]"), NULL, &v, &d), HYK_OK);
	CHECK_INT(parse(brackets(33, "[", "]"), NULL, &v, &d), HYK_E_LIMIT);
	REQUIRE(d.first);
	CHECK_INT(d.first->id, HYK_D_JSON_DEPTH);
	CHECK_INT(d.first->span.at, 32);
	CHECK_STR(d.first->text[HYK_LANG_EN], "the JSON is nested deeper than 32 levels");
	CHECK_INT(parse(HYK_STR("[[1],[2]]"), &two, &v, &d), HYK_OK);
	CHECK_INT(parse(HYK_STR("[[1],[[2]]]"), &two, &v, &d), HYK_E_LIMIT);
	CHECK_INT(parse(brackets(10000, "[", "]"), NULL, &v, &d), HYK_E_LIMIT);
	CHECK_INT(parse(brackets(10000, "[", "]"), &deep, &v, &d), HYK_E_LIMIT); /* 256, whatever is asked */
	CHECK_INT(parse(brackets(256, "[", "]"), &deep, &v, &d), HYK_OK);
	CHECK_INT(parse(brackets(10000, "{\"a\":", "}"), &deep, &v, &d), HYK_E_LIMIT);
	CHECK_INT(parse(brackets(100000, "[", ""), NULL, &v, &d), HYK_E_LIMIT);
}

TEST(size_and_items)
{
	struct hyk_json_limits limits = { .max_bytes = 10, .max_items = 4 };
	struct hyk_value v;
	struct hyk_diags d;

	CHECK_INT(parse(HYK_STR("\"12345678\""), &limits, &v, &d), HYK_OK);
	CHECK_INT(parse(HYK_STR("\"123456789\""), &limits, &v, &d), HYK_E_LIMIT);
	CHECK_INT(d.first->id, HYK_D_JSON_SIZE);
	CHECK_INT(parse(HYK_STR("[1,2,3,4]"), &limits, &v, &d), HYK_OK);
	limits.max_bytes = 100;
	CHECK_INT(parse(HYK_STR("[1,2,3,4,5]"), &limits, &v, &d), HYK_E_LIMIT);
	CHECK_INT(d.first->id, HYK_D_JSON_ITEMS);
	CHECK_INT(parse(HYK_STR("[1,[2],3]"), &limits, &v, &d), HYK_OK); /* 1, [2], 2, 3 */
	CHECK_INT(parse(HYK_STR("[1,[2],{\"a\":1}]"), &limits, &v, &d), HYK_E_LIMIT);
}

/* Ten megabytes: one string, one list, and one map of 200,000 keys. */
TEST(ten_megabytes)
{
	struct hyk_json_limits limits = { .max_bytes = 12 << 20, .max_items = 10000000 };
	struct hyk_value v;
	struct hyk_diags d;
	struct hyk_buf b;
	char *p;

	hyk_buf_init(&b, 0);
	hyk_buf_append_char(&b, '"');
	p = hyk_buf_reserve(&b, 10 << 20);
	REQUIRE(p);
	memset(p, 'x', 10 << 20);
	hyk_buf_commit(&b, 10 << 20);
	hyk_buf_append_char(&b, '"');
	CHECK_INT(parse(hyk_buf_peek(&b), NULL, &v, &d), HYK_E_LIMIT);
	CHECK_INT(parse(hyk_buf_peek(&b), &limits, &v, &d), HYK_OK);
	CHECK_INT(v.n, 10 << 20);

	hyk_buf_reset(&b);
	hyk_buf_append_c(&b, "[0");
	for (int i = 1; i < 1500000; i++)
		hyk_buf_printf(&b, ",%d", i);
	hyk_buf_append_char(&b, ']');
	CHECK(b.n > 10 << 20);
	CHECK_INT(parse(hyk_buf_peek(&b), &limits, &v, &d), HYK_OK);
	CHECK_INT(v.as.list->n, 1500000);
	CHECK_INT(v.as.list->items[1499999].as.i, 1499999);

	hyk_buf_reset(&b);
	hyk_buf_append_c(&b, "{\"k\":0");
	for (int i = 1; i < 200000; i++)
		hyk_buf_printf(&b, ",\"k%d\":\"%040d\"", i, i);
	hyk_buf_append_char(&b, '}');
	CHECK(b.n > 9 << 20);
	CHECK_INT(parse(hyk_buf_peek(&b), &limits, &v, &d), HYK_OK);
	CHECK_INT(v.as.map->n, 200000);
	CHECK(hyk_value_get(v, "k199999") != NULL);
	b.p[b.n - 1] = ','; /* and one of them again */
	hyk_buf_append_c(&b, "\"k77\":1}");
	CHECK_INT(parse(hyk_buf_peek(&b), &limits, &v, &d), HYK_E_INVALID);
	CHECK_INT(d.first->id, HYK_D_JSON_DUPLICATE_KEY);
	CHECK_INT(d.first->span.at, b.n - 8);
	hyk_buf_fini(&b);
}

TEST(without_memory)
{
	struct hyk_buf text;

	hyk_buf_init(&text, 0);
	hyk_buf_append_c(&text, "{\"esc\\n\":[");
	for (int i = 0; i < 600; i++) /* more than fits the parser's own stack */
		hyk_buf_printf(&text, "%s{\"k\":\"v\\t\"}", i ? "," : "");
	hyk_buf_append_c(&text, "],\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1}");
	for (long n = 0;; n++) {
		struct hyk_arena a;
		struct hyk_source src = { .name = HYK_STR("t"), .text = hyk_buf_peek(&text) };
		struct hyk_value v = hyk_int(7);
		enum hyk_status st;
		bool refused;

		hyk_arena_init(&a, 0);
		hyk_alloc_fail_after(n);
		st = hyk_json_parse(&a, &src, NULL, &v, NULL);
		refused = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK_INT(st, refused ? HYK_E_NOMEM : HYK_OK);
		CHECK_INT(v.kind, refused ? HYK_INT : HYK_MAP);
		hyk_arena_fini(&a);
		if (!refused)
			break;
	}
	for (size_t cap = 16;; cap += 400) {
		struct hyk_arena a;
		struct hyk_source src = { .name = HYK_STR("t"), .text = hyk_buf_peek(&text) };
		struct hyk_value v;
		enum hyk_status st;

		hyk_arena_init(&a, cap);
		st = hyk_json_parse(&a, &src, NULL, &v, NULL);
		CHECK_INT(st, a.overflowed ? HYK_E_LIMIT : HYK_OK);
		hyk_arena_fini(&a);
		if (st == HYK_OK)
			break;
	}
	hyk_buf_fini(&text);
}

/* --- generated texts, with jansson as the second opinion --- */

static uint64_t seed = 20260509;

static unsigned
pick(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static void
gen_string(struct hyk_buf *b)
{
	static const char *const pieces[] = { "a", "key", "", " ", "향약", "\\n", "\\\"", "\\\\", "\\u00e9", "\\u0000",
		"\\ud83d\\ude00", "😀", "\\/", "é", "{", "]", ",", ":", "0", "\\uD55C", "\x7f" };

	hyk_buf_append_char(b, '"');
	for (unsigned n = pick(4); n; n--)
		hyk_buf_append_c(b, pieces[pick(HYK_ARRAY_LEN(pieces))]);
	hyk_buf_append_char(b, '"');
}

static void
gen_blank(struct hyk_buf *b)
{
	if (pick(4) == 0)
		hyk_buf_append_char(b, " \t\r\n"[pick(4)]);
}

static void
gen_value(struct hyk_buf *b, unsigned depth)
{
	static const char *const scalars[] = { "true", "false", "null", "0", "-0", "1", "-17", "3.25", "1e3", "-2.5E-2",
		"9223372036854775807", "-9223372036854775808", "0.1", "123456789.125", "1e-310", "5e-324", "1E+22" };
	unsigned what = pick(depth > 5 ? 6 : 10);

	gen_blank(b);
	if (what < 4) {
		hyk_buf_append_c(b, scalars[pick(HYK_ARRAY_LEN(scalars))]);
	} else if (what < 6) {
		gen_string(b);
	} else {
		bool map = what < 8;

		hyk_buf_append_char(b, map ? '{' : '[');
		gen_blank(b);
		for (unsigned n = pick(pick(8) ? 5 : 14), i = 0; i < n; i++) {
			if (i)
				hyk_buf_append_char(b, ',');
			gen_blank(b);
			if (map) {
				if (pick(2))
					hyk_buf_printf(b, "\"%u\"", i);
				else
					gen_string(b); /* sometimes twice the same */
				gen_blank(b);
				hyk_buf_append_char(b, ':');
			}
			gen_value(b, depth + 1);
		}
		gen_blank(b);
		hyk_buf_append_char(b, map ? '}' : ']');
	}
	gen_blank(b);
}

/* One byte gone, one put in, or one changed. */
static void
mutate(char *text, size_t *n)
{
	static const char bytes[] = "{}[]:,\"\\0123456789.eE+-aunltrf \n\x01\x80\xff\xed";
	size_t at = pick((unsigned)*n);

	switch (pick(3)) {
	case 0:
		memmove(text + at, text + at + 1, *n - at - 1);
		--*n;
		break;
	case 1:
		memmove(text + at + 1, text + at, *n - at);
		text[at] = bytes[pick(sizeof(bytes) - 1)];
		++*n;
		break;
	default:
		text[at] = bytes[pick(sizeof(bytes) - 1)];
		break;
	}
}

static bool
same(struct hyk_value v, const json_t *j)
{
	const char *key;
	json_t *item, *mutable_j;

	switch ((enum hyk_kind)v.kind) {
	case HYK_NULL:
		return json_is_null(j);
	case HYK_BOOL:
		return v.as.b ? json_is_true(j) : json_is_false(j);
	case HYK_INT:
		return json_is_integer(j) && json_integer_value(j) == v.as.i;
	case HYK_DOUBLE:
		return json_is_real(j) && json_real_value(j) == v.as.d;
	case HYK_STRING:
		return json_is_string(j) && hyk_str_eq(hyk_value_str(v),
						hyk_str_make(json_string_value(j), json_string_length(j)));
	case HYK_LIST:
		if (!json_is_array(j) || json_array_size(j) != v.as.list->n)
			return false;
		for (uint32_t i = 0; i < v.as.list->n; i++) {
			if (!same(v.as.list->items[i], json_array_get(j, i)))
				return false;
		}
		return true;
	case HYK_MAP:
		if (!json_is_object(j) || json_object_size(j) != v.as.map->n)
			return false;
		mutable_j = json_incref((json_t *)(uintptr_t)j);
		uint32_t i = 0;
		bool ok = true;
		void *iter;

		for (iter = json_object_iter(mutable_j); iter && ok; iter = json_object_iter_next(mutable_j, iter)) {
			key = json_object_iter_key(iter);
			item = json_object_iter_value(iter);
			/* jansson keeps the order of the text as well. */
			ok = hyk_str_eq_c(hyk_value_str(v.as.map->entries[i].key), key) &&
			     same(v.as.map->entries[i].value, item) && hyk_value_get(v, key) != NULL;
			i++;
		}
		json_decref(mutable_j);
		return ok;
	case HYK_UINT:
	case HYK_BYTES:
	case HYK_TIMESTAMP:
	case HYK_DURATION:
	case HYK_TYPE:
	case HYK_OPTIONAL:
	case HYK_NET:
	case HYK_ABSENT:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		break;
	}
	return false;
}

/* jansson takes no NUL in a key, and no whole number past 2^63 - 1: there it has no opinion. */
static bool
has_no_opinion(const json_error_t *e)
{
	return json_error_code(e) == json_error_null_byte_in_key || json_error_code(e) == json_error_numeric_overflow;
}

TEST(jansson_agrees)
{
	unsigned n_good = 0, n_bad = 0;
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	for (int round = 0; round < 30000; round++) {
		struct hyk_arena_mark m = hyk_arena_mark(&arena);
		static char text[1 << 16];
		struct hyk_value v;
		struct hyk_diags d;
		json_error_t error;
		json_t *j;
		size_t n;
		enum hyk_status st;

		hyk_buf_reset(&b);
		gen_value(&b, 0);
		n = b.n < sizeof(text) - 8 ? b.n : sizeof(text) - 8;
		memcpy(text, b.p, n);
		for (unsigned k = pick(3); k && n > 1; k--)
			mutate(text, &n);
		j = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
		st = parse(hyk_str_make(text, n), NULL, &v, &d);
		if (j) {
			n_good++;
			if (!CHECK(st == HYK_OK && same(v, j)))
				fprintf(stderr, "    ours refuses or differs: %.*s\n", (int)n, text);
		} else if (!has_no_opinion(&error)) {
			n_bad++;
			if (!CHECK(st == HYK_E_INVALID && d.n_errors == 1))
				fprintf(stderr, "    ours accepts (%s): %.*s\n", error.text, (int)n, text);
		}
		json_decref(j);
		hyk_arena_rewind(&arena, m);
	}
	hyk_buf_fini(&b);
	/* Both roads were travelled. */
	CHECK(n_good > 5000);
	CHECK(n_bad > 5000);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(scalars);
	RUN(escapes);
	RUN(strings_without_escapes_point_into_the_text);
	RUN(lists_and_maps);
	RUN(syntax);
	RUN(truncated);
	RUN(every_cut_of_a_text_is_bad);
	RUN(numbers);
	RUN(strings);
	RUN(duplicate_keys);
	RUN(the_message_speaks_both_languages);
	RUN(depth);
	RUN(size_and_items);
	RUN(ten_megabytes);
	RUN(without_memory);
	RUN(jansson_agrees);
	hyk_arena_fini(&arena);
	return check_done();
}
