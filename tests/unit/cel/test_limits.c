/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile texts and sizes: an answer or a message, never a crash. */
#include "cel/cel.h"

#include "base/buf.h"
#include "support/check.h"

static struct hyk_arena arena;
static struct hyk_value stack[HYK_CEL_STACK];

static enum hyk_status
run(struct hyk_str text, struct hyk_value *ret_v, bool no_check)
{
	struct hyk_cel_env env = { .no_check = no_check, .civic = true };
	struct hyk_source *src = hyk_source_new(&arena, HYK_STR("test"), text);
	struct hyk_cel_frame f = { .arena = &arena, .stack = stack, .gas = 1000000 };
	const struct hyk_cel_program *p;
	struct hyk_diags diags;
	enum hyk_status st;

	hyk_diags_init(&diags, &arena);
	if (!src)
		return HYK_E_NOMEM;
	st = hyk_cel_compile(&env, src, NULL, &arena, &p, &diags);
	if (st == HYK_OK)
		*ret_v = hyk_cel_run(p, &f);
	else
		CHECK(diags.n_errors > 0);
	return st;
}

/* before * n + middle + after * n */
static enum hyk_status
repeated(const char *before, const char *middle, const char *after, size_t n, struct hyk_value *ret_v)
{
	struct hyk_buf b;
	enum hyk_status st;

	hyk_buf_init(&b, 0);
	for (size_t i = 0; i < n; i++)
		hyk_buf_append_c(&b, before);
	hyk_buf_append_c(&b, middle);
	for (size_t i = 0; i < n; i++)
		hyk_buf_append_c(&b, after);
	st = run(hyk_arena_dup(&arena, hyk_buf_peek(&b)), ret_v, false);
	hyk_buf_fini(&b);
	hyk_arena_fini(&arena);
	return st;
}

TEST(depth)
{
	struct hyk_value v;

	CHECK_INT(repeated("(", "1", ")", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("[", "1", "]", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("{1:", "1", "}", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("size(", "1", ")", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("true ? 1 : ", "1", "", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("", "dyn({})", ".a", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("", "dyn([])", "[0]", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("", "1", " + 1", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("[1].map(x, ", "1", ")", 10000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("cel.bind(x, 1, ", "1", ")", 10000, &v), HYK_E_LIMIT);
	/* these are shallow however long */
	CHECK_INT(repeated("true && ", "true", "", 10000, &v), HYK_OK);
	CHECK(v.kind == HYK_BOOL && v.as.b);
	CHECK_INT(repeated("!", "true", "", 10000, &v), HYK_OK);
	CHECK(v.kind == HYK_BOOL && v.as.b);
	CHECK_INT(repeated("", "1", " + 1", 200, &v), HYK_OK);
	CHECK_INT(v.as.i, 201);
	CHECK_INT(repeated("", "1", " + 1", 998, &v), HYK_OK);
	CHECK_INT(v.as.i, 999);
	CHECK_INT(repeated("", "dyn({})", ".a", 990, &v), HYK_OK);
	CHECK(v.kind == HYK_ERROR_VALUE);
	CHECK_INT(repeated("", "dyn([])", ".map(x, x)", 990, &v), HYK_OK);
	CHECK_INT(repeated("(", "1", ")", 240, &v), HYK_OK);
}

TEST(size)
{
	struct hyk_value v;

	CHECK_INT(repeated("1", "", "", (size_t)2 << 20, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("[1,", "1", "]", 340000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("", "true", "&& true", 140000, &v), HYK_E_LIMIT);
	CHECK_INT(repeated("", "'", "a", 1000000, &v), HYK_E_INVALID);
	CHECK_INT(repeated("", "[0", ",1", 9999, &v), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR(""), &v, false), HYK_E_INVALID);
}

TEST(arithmetic)
{
	static const char *const wrong[] = { "-9223372036854775808 / -1", "-9223372036854775808 % -1", "1 / 0", "1 % 0",
		"-(-9223372036854775807 - 1)", "9223372036854775807 + 1", "0u - 1u", "9223372036854775807 * 2",
		"int(9223372036854775807.0)", "int(double('NaN'))", "uint(-1.0)",
		"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "[1][1]", "{}['a'] == 1", "'abc'.substring(2, 1) == ''",
		"min([1].filter(x, false))", "math.bitShiftLeft(1, -1)", "'%d'.format(['a'])", "'%'.format([])" };
	struct hyk_value v;

	hyk_arena_fini(&arena);
	for (size_t i = 0; i < HYK_ARRAY_LEN(wrong); i++) {
		if (!check_report(run(hyk_str_from_c(wrong[i]), &v, false) == HYK_OK, __FILE__, __LINE__, wrong[i]))
			continue;
		check_report(v.kind == HYK_ERROR_VALUE, __FILE__, __LINE__, wrong[i]);
	}
}

TEST(bytes)
{
	struct hyk_value v;

	CHECK_INT(run(HYK_STR("size('a\0b') == 3"), &v, false), HYK_OK);
	CHECK(v.kind == HYK_BOOL && v.as.b);
	CHECK_INT(run(HYK_STR("1\0+ 1"), &v, false), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR("'\\ud800'"), &v, false), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR("'\xed\xa0\x80' == ''"), &v, false), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR("'\\u{41}'"), &v, false), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR("'a\\"), &v, false), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR("x.`a"), &v, false), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR("9223372036854775808"), &v, false), HYK_E_INVALID);
	CHECK_INT(run(HYK_STR("1e400 > 1.0"), &v, false), HYK_E_INVALID);
}

/* Loops are bounded by what they may spend. */
TEST(gas)
{
	struct hyk_value v;
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b, "[0");
	for (unsigned i = 1; i < 1000; i++)
		hyk_buf_printf(&b, ",%u", i);
	hyk_buf_append_c(&b, "]");
	{
		struct hyk_str list = hyk_arena_dup(&arena, hyk_buf_peek(&b));
		struct hyk_str text = hyk_arena_printf(&arena, "%.*s.all(x, %.*s.all(y, x + y >= dyn(0)))", HYK_STR_ARG(list), HYK_STR_ARG(list));

		CHECK_INT(run(text, &v, false), HYK_OK);
		CHECK(v.kind == HYK_ERROR_VALUE);
	}
	hyk_buf_fini(&b);
}

/* Random texts from the pieces of the language, checked and unchecked: whatever comes out, nothing breaks. */
TEST(soup)
{
	static const char *const pieces[] = { "1", "2u", "0.5", "'a'", "b'x'", "true", "null", "[", "]", "{", "}", "(", ")", ",", ".",
		"?", ":", "+", "-", "*", "/", "%", "!", "&&", "||", "==", "<", " in ", "x", "y", "size", "has", ".map(x,", ".all(x,",
		".exists(x,y,", "cel.bind(x,", "optional.of(", ".orValue(", "[?", ".?a", "dyn(", "type(", "int", ".filter(x,",
		"timestamp('2020-01-01T00:00:00Z')", "duration('1h')", ".getHours()", ".format(", "math.greatest(", "{1:2}", "[1,2]",
		".transformMap(x,y,", ".optMap(x,", "'%s'", "age(", "verified(", "\\", "`", "\xff", "\"\"\"" };
	uint64_t seed = 42;
	struct hyk_value v;
	unsigned n_ok = 0;

	for (unsigned i = 0; i < 60000; i++) {
		struct hyk_buf b;
		unsigned n = 1 + (unsigned)(seed >> 33) % 14;

		hyk_arena_fini(&arena);
		hyk_buf_init(&b, 0);
		for (unsigned k = 0; k < n; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			hyk_buf_append_c(&b, pieces[(seed >> 33) % HYK_ARRAY_LEN(pieces)]);
		}
		n_ok += run(hyk_arena_dup(&arena, hyk_buf_peek(&b)), &v, i & 1) == HYK_OK;
		hyk_buf_fini(&b);
	}
	CHECK(n_ok > 500); /* enough of them mean something */
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(depth);
	RUN(size);
	RUN(arithmetic);
	RUN(bytes);
	RUN(gas);
	RUN(soup);
	hyk_arena_fini(&arena);
	return check_done();
}
