/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical samples are those of RFC 8785. */
#include "support/check.h"

#include "base/alloc.h"
#include "value/json.h"
#include "value/schema.h"

#include <jansson.h>
#include <math.h>

static struct hyk_arena arena;

static struct hyk_value
parse(struct hyk_str text)
{
	struct hyk_source src = { .name = HYK_STR("t"), .text = text };
	struct hyk_diags d;
	struct hyk_value v = hyk_null();

	hyk_diags_init(&d, &arena);
	CHECK_INT(hyk_json_parse(&arena, &src, NULL, &v, &d), HYK_OK);
	return v;
}

static struct hyk_str
written(struct hyk_value v, bool canonical)
{
	struct hyk_buf b;
	struct hyk_str s;

	hyk_buf_init(&b, 0);
	if (canonical)
		hyk_json_write_canonical(&b, v);
	else
		hyk_json_write(&b, v);
	CHECK(!b.failed);
	s = hyk_arena_dup(&arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

#define PLAIN(v, want) CHECK_STR(written((v), false), want)
#define CANON(v, want) CHECK_STR(written((v), true), want)

TEST(rfc_8785_primitive_data)
{
	static const char text[] = "{\n"
				   "  \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
				   "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
				   "  \"literals\": [null, true, false]\n"
				   "}";

	CANON(parse(HYK_STR(text)),
	    "{\"literals\":[null,true,false],"
	    "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
	    "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(rfc_8785_sorting)
{
	static const char text[] = "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
				   "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
				   "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
				   "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";

	CANON(parse(HYK_STR(text)),
	    "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
	    "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
	    "\"😀\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(canonical_order_of_many_and_nested)
{
	CANON(parse(HYK_STR("{\"b\":{\"z\":1,\"a\":2},\"a\":[{\"d\":1,\"c\":2}],\"\":0,\"aa\":1,\"a!\":2}")),
	    "{\"\":0,\"a\":[{\"c\":2,\"d\":1}],\"a!\":2,\"aa\":1,\"b\":{\"a\":2,\"z\":1}}");
	/* More keys than are sorted on the stack. */
	CANON(parse(HYK_STR("{\"r\":0,\"q\":0,\"p\":0,\"o\":0,\"n\":0,\"m\":0,\"l\":0,\"k\":0,\"j\":0,\"i\":0,\"h\":0,"
			    "\"g\":0,\"f\":0,\"e\":0,\"d\":0,\"c\":0,\"b\":0,\"a\":0}")),
	    "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":0,\"l\":0,\"m\":0,"
	    "\"n\":0,\"o\":0,\"p\":0,\"q\":0,\"r\":0}");
}

TEST(canonical_numbers)
{
	CANON(hyk_int(9007199254740992), "9007199254740992");
	CANON(hyk_int(9007199254740993), "\"9007199254740993\"");
	CANON(hyk_int(-9007199254740992), "-9007199254740992");
	CANON(hyk_int(-9007199254740993), "\"-9007199254740993\"");
	CANON(hyk_int(INT64_MIN), "\"-9223372036854775808\"");
	CANON(hyk_uint(5), "5");
	CANON(hyk_uint(UINT64_MAX), "\"18446744073709551615\"");
	CANON(hyk_double(3), "3");
	CANON(hyk_double(-0.0), "0");
	CANON(hyk_double(NAN), "\"NaN\"");
}

TEST(plain_numbers)
{
	PLAIN(hyk_int(INT64_MIN), "-9223372036854775808");
	PLAIN(hyk_uint(UINT64_MAX), "18446744073709551615");
	PLAIN(hyk_uint((uint64_t)INT64_MAX + 1), "9223372036854775808");
	PLAIN(hyk_double(3), "3.0"); /* a double stays one */
	PLAIN(hyk_double(-0.0), "-0.0");
	PLAIN(hyk_double(0.1), "0.1");
	PLAIN(hyk_double(1e30), "1e+30");
	PLAIN(hyk_double(1e20), "100000000000000000000.0");
	PLAIN(hyk_double(-INFINITY), "\"-Infinity\"");
	PLAIN(hyk_double(NAN), "\"NaN\"");
}

TEST(other_kinds)
{
	struct hyk_value one = hyk_int(1), opt = { .kind = HYK_OPTIONAL };
	struct hyk_verror e = { .text = HYK_STR("x") };

	PLAIN(hyk_null(), "null");
	PLAIN(hyk_bool(true), "true");
	PLAIN(hyk_absent(), "null");
	PLAIN(((struct hyk_value){ .kind = HYK_UNKNOWN }), "null");
	PLAIN(((struct hyk_value){ .kind = HYK_ERROR_VALUE, .as.err = &e }), "null");
	PLAIN(hyk_timestamp(0, 500000000), "\"1970-01-01T00:00:00.5Z\"");
	PLAIN(hyk_duration(5400000000000), "\"5400s\"");
	PLAIN(((struct hyk_value){ .kind = HYK_BYTES, .n = 3, .as.s = "\xfb\xff\xbf" }), "\"-_-_\"");
	PLAIN(opt, "null");
	opt.as.opt = &one;
	PLAIN(opt, "1");
	PLAIN(((struct hyk_value){ .kind = HYK_TYPE, .as.type = hyk_type_basic(HYK_T_LIST) }), "\"list(dyn)\"");
}

TEST(keys_are_text)
{
	struct hyk_mapb b;
	struct hyk_value v;

	hyk_mapb_init(&b, &arena);
	CHECK(hyk_mapb_add(&b, hyk_int(-5), hyk_int(1)));
	CHECK(hyk_mapb_add(&b, hyk_uint(7), hyk_int(2)));
	CHECK(hyk_mapb_add(&b, hyk_bool(true), hyk_int(3)));
	CHECK(hyk_mapb_add_c(&b, "a\n", hyk_int(4)));
	v = hyk_mapb_finish(&b, NULL);
	PLAIN(v, "{\"-5\":1,\"7\":2,\"true\":3,\"a\\n\":4}");
	CANON(v, "{\"-5\":1,\"7\":2,\"a\\n\":4,\"true\":3}");
}

TEST(strings)
{
	PLAIN(hyk_string(HYK_STR("")), "\"\"");
	PLAIN(hyk_string(hyk_str_make(NULL, 0)), "\"\"");
	PLAIN(hyk_string(HYK_STR("a\"b\\c/d")), "\"a\\\"b\\\\c/d\"");
	PLAIN(hyk_string(HYK_STR("\b\t\n\f\r")), "\"\\b\\t\\n\\f\\r\"");
	PLAIN(hyk_string(HYK_STR("\x01\x0b\x0e\x1f\x7f")), "\"\\u0001\\u000b\\u000e\\u001f\x7f\"");
	PLAIN(hyk_string(hyk_str_make("a\0b", 3)), "\"a\\u0000b\"");
	PLAIN(hyk_string(HYK_STR("향약😀")), "\"향약😀\"");
	/* Bytes that are no UTF-8 cannot make the whole text unreadable. */
	PLAIN(hyk_string(HYK_STR("a\xff"
				 "b\xed\xa0\x80"
				 "c")),
	    "\"a\xef\xbf\xbd"
	    "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "c\"");
}

/* Wherever in a text it stands, before, in or behind what is looked at in one go. */
TEST(escapes_at_every_place)
{
	static const struct {
		const char *raw, *want;
	} marks[] = { { "\"", "\\\"" }, { "\\", "\\\\" }, { "\n", "\\n" }, { "\x1f", "\\u001f" }, { "가", "가" },
		{ "\x7f", "\x7f" }, { " ", " " }, { "!", "!" }, { "#", "#" }, { "[", "[" }, { "]", "]" },
		{ "\xff", "\xef\xbf\xbd" } };
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

	for (size_t i = 0; i < HYK_ARRAY_LEN(marks); i++) {
		for (unsigned n = 0; n <= 20; n++) {
			for (unsigned at = 0; at <= n; at++) {
				char raw[64], want[64];

				snprintf(raw, sizeof(raw), "%.*s%s%.*s", (int)at, letters, marks[i].raw, (int)(n - at), letters);
				snprintf(want, sizeof(want), "\"%.*s%s%.*s\"", (int)at, letters, marks[i].want, (int)(n - at),
				    letters);
				CHECK_STR(written(hyk_string(hyk_str_from_c(raw)), true), want);
			}
		}
	}
}

TEST(what_is_written_is_read_again)
{
	static const char text[] = "{\"a\":[1,-2,3.5,1e+100,\"\\u0000\\u001f\\\"\",true,null,{}],\"향\":{\"b\":[]},"
				   "\"u\":18446744073709551615}";
	struct hyk_value v = parse(HYK_STR(text));
	struct hyk_str plain = written(v, false), canonical = written(v, true);
	json_t *j;

	CHECK_STR(plain, text);
	CHECK(hyk_value_equal(parse(plain), v));
	CHECK_STR(written(parse(plain), true), canonical.p);
	j = json_loadb(canonical.p, canonical.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	CHECK(j != NULL);
	json_decref(j);
}

/* RFC 8785 writes doubles under 1e21 without a fraction, also those past 64 bits; a record must be readable again. */
TEST(large_doubles_come_back_from_canonical_text)
{
	static const double large[] = { 1e19, 1e20, -1e20, 123456789012345680000.0, 18446744073709551616.0, 999999999999999900000.0 };

	for (size_t i = 0; i < HYK_ARRAY_LEN(large); i++) {
		struct hyk_value v = parse(written(hyk_double(large[i]), true));

		CHECK((v.kind == HYK_UINT ? (double)v.as.u : v.as.d) == large[i]);
	}
	CHECK_STR(written(hyk_double(1e20), true), "100000000000000000000");
}

TEST(depth_has_an_end)
{
	struct hyk_value v = hyk_int(1);
	struct hyk_buf b;

	for (int i = 0; i < 100000; i++) {
		struct hyk_value *item = hyk_arena_alloc(&arena, sizeof(*item));

		REQUIRE(item);
		*item = v;
		v = hyk_list(&arena, item, 1);
	}
	hyk_buf_init(&b, 0);
	hyk_json_write(&b, v);
	CHECK(b.failed);
	hyk_buf_fini(&b);
}

TEST(without_memory)
{
	struct hyk_value v = parse(HYK_STR("{\"r\":0,\"q\":0,\"p\":0,\"o\":0,\"n\":0,\"m\":0,\"l\":0,\"k\":0,\"j\":0,"
					   "\"i\":0,\"h\":0,\"g\":0,\"f\":0,\"e\":0,\"d\":0,\"c\":0,\"b\":[],"
					   "\"a\":\"long enough that the text does not fit the first room of a buffer\"}"));

	for (long n = 0;; n++) {
		struct hyk_buf b;
		bool refused;

		hyk_buf_init(&b, 0);
		hyk_alloc_fail_after(n);
		hyk_json_write_canonical(&b, v);
		hyk_json_write_canonical(&b, v);
		refused = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK_INT(b.failed, refused);
		hyk_buf_fini(&b);
		if (!refused)
			break;
	}
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(rfc_8785_primitive_data);
	RUN(rfc_8785_sorting);
	RUN(canonical_order_of_many_and_nested);
	RUN(canonical_numbers);
	RUN(plain_numbers);
	RUN(other_kinds);
	RUN(keys_are_text);
	RUN(strings);
	RUN(escapes_at_every_place);
	RUN(what_is_written_is_read_again);
	RUN(large_doubles_come_back_from_canonical_text);
	RUN(depth_has_an_end);
	RUN(without_memory);
	hyk_arena_fini(&arena);
	return check_done();
}
