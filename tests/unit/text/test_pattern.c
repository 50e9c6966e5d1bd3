/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: messages and their places, limits, memory that runs out; the answers themselves are in test_pattern_re2.c. */
#include "support/check.h"

#include "base/alloc.h"
#include "text/pattern_impl.h"

/* The message for a pattern, where it begins in the pattern and how many bytes it covers. */
static void
refused(const char *text, size_t n, enum hyk_diag_id id, uint32_t at, uint32_t bytes)
{
	struct hyk_arena a;
	struct hyk_diags diags;
	const struct hyk_pattern *p;
	struct hyk_str s = hyk_str_make(text, n);
	const struct hyk_source *src;

	hyk_arena_init(&a, 0);
	hyk_diags_init(&diags, &a);
	src = hyk_source_new(&a, HYK_STR("p"), s);
	CHECK_INT(hyk_pattern_compile(&a, s, src, (struct hyk_span){ 0, (uint32_t)n }, &p, &diags), HYK_E_INVALID);
	CHECK_INT(diags.n_errors, 1);
	if (CHECK(diags.first != NULL)) {
		CHECK_INT(diags.first->id, id);
		CHECK_INT(diags.first->span.at, at);
		if (!CHECK_INT(diags.first->span.n, bytes))
			fprintf(stderr, "    %.*s\n", (int)n, text);
	}
	hyk_arena_fini(&a);
}

#define REFUSED(lit, id, at, n) refused((lit), sizeof(lit) - 1, (id), (at), (n))

TEST(what_is_refused_and_where)
{
	REFUSED("ab\\k", HYK_D_PATTERN_BACKREF, 2, 2);
	REFUSED("(a)\\1", HYK_D_PATTERN_BACKREF, 3, 2);
	REFUSED("(?P<n>a)(?P=n)", HYK_D_PATTERN_BACKREF, 8, 4);
	REFUSED("a\\Z", HYK_D_PATTERN_ESCAPE, 1, 2);
	REFUSED("가\\K", HYK_D_PATTERN_ESCAPE, 3, 2);
	REFUSED("a(?=b)", HYK_D_PATTERN_LOOKAROUND, 1, 3);
	REFUSED("a(?!b)", HYK_D_PATTERN_LOOKAROUND, 1, 3);
	REFUSED("(?<=b)a", HYK_D_PATTERN_LOOKAROUND, 0, 4);
	REFUSED("(?<!b)a", HYK_D_PATTERN_LOOKAROUND, 0, 4);
	REFUSED("(?>a)", HYK_D_PATTERN_GROUP, 0, 4);
	REFUSED("(?|a)", HYK_D_PATTERN_GROUP, 0, 4);
	REFUSED("(?#a)", HYK_D_PATTERN_GROUP, 0, 4);
	REFUSED("(?R)", HYK_D_PATTERN_GROUP, 0, 3);
	REFUSED("(?<n>a)", HYK_D_PATTERN_GROUP, 0, 4);
	REFUSED("(?x)a", HYK_D_PATTERN_GROUP, 0, 3);
	REFUSED("(?P<a b>c)", HYK_D_PATTERN_GROUP_NAME, 0, 8);
	REFUSED("(?P<n>a)(?P<n>b)", HYK_D_PATTERN_GROUP_TWICE, 12, 1);
	REFUSED("a(b(c)", HYK_D_PATTERN_PAREN_OPEN, 1, 1);
	REFUSED("a)b", HYK_D_PATTERN_PAREN_CLOSE, 1, 1);
	REFUSED("a[b", HYK_D_PATTERN_BRACKET, 1, 1);
	REFUSED("[[:korean:]]", HYK_D_PATTERN_CLASS, 1, 10);
	REFUSED("\\p{Korean}", HYK_D_PATTERN_CLASS, 0, 10);
	REFUSED("[a나-가]", HYK_D_PATTERN_RANGE, 2, 7);
	REFUSED("a|*", HYK_D_PATTERN_REPEAT_NOTHING, 2, 1);
	REFUSED("a++", HYK_D_PATTERN_REPEAT_TWICE, 1, 2);
	REFUSED("a{2}{3}", HYK_D_PATTERN_REPEAT_TWICE, 1, 6);
	REFUSED("a{1001}", HYK_D_PATTERN_REPEAT_SIZE, 1, 6);
	REFUSED("a{3,2}", HYK_D_PATTERN_REPEAT_SIZE, 1, 5);
	REFUSED("(a{100}){11}", HYK_D_PATTERN_REPEAT_SIZE, 8, 4);
	REFUSED("ab\\", HYK_D_PATTERN_BACKSLASH, 2, 1);
	REFUSED("ab\xff", HYK_D_PATTERN_UTF8, 2, 1);
	REFUSED("(*UTF)a", HYK_D_PATTERN_VERB, 0, 2);
	REFUSED("(*LIMIT_MATCH=1)a", HYK_D_PATTERN_VERB, 0, 2);
	REFUSED("\\pL{1000}", HYK_D_PATTERN_SIZE, 0, 9);
}

/* Where the message points in a condition: with escapes doubled, raw, and when it cannot tell. */
static uint32_t
place_in(const char *condition, const char *literal, const char *pattern, uint32_t *ret_n)
{
	struct hyk_arena a;
	struct hyk_diags diags;
	const struct hyk_pattern *p;
	const struct hyk_source *src;
	struct hyk_span span = { (uint32_t)(strstr(condition, literal) - condition), (uint32_t)strlen(literal) };
	uint32_t at = UINT32_MAX;

	hyk_arena_init(&a, 0);
	hyk_diags_init(&diags, &a);
	src = hyk_source_new(&a, HYK_STR("c"), hyk_str_from_c(condition));
	CHECK_INT(hyk_pattern_compile(&a, hyk_str_from_c(pattern), src, span, &p, &diags), HYK_E_INVALID);
	if (CHECK(diags.first != NULL)) {
		at = diags.first->span.at;
		*ret_n = diags.first->span.n;
	}
	hyk_arena_fini(&a);
	return at;
}

TEST(places_in_a_condition)
{
	uint32_t n = 0;

	CHECK_INT(place_in("x.matches('a++')", "'a++'", "a++", &n), 12);
	CHECK_INT(n, 2);
	CHECK_INT(place_in("x.matches('\\\\d\\\\Z')", "'\\\\d\\\\Z'", "\\d\\Z", &n), 14);
	CHECK_INT(n, 3);
	CHECK_INT(place_in("x.matches(r'\\d\\Z')", "r'\\d\\Z'", "\\d\\Z", &n), 14);
	CHECK_INT(n, 2);
	/* Two backslashes: each doubled, and in a raw literal as they are. */
	CHECK_INT(place_in("x.matches('\\\\\\\\)')", "'\\\\\\\\)'", "\\\\)", &n), 15);
	CHECK_INT(place_in("x.matches(r'\\\\)')", "r'\\\\)'", "\\\\)", &n), 14);
	CHECK_INT(n, 1);
	CHECK_INT(place_in("x.matches(\"\"\"b)\"\"\")", "\"\"\"b)\"\"\"", "b)", &n), 14);
	/* A literal with other escapes: all of it. */
	CHECK_INT(place_in("x.matches('\\x61)')", "'\\x61)'", "a)", &n), 10);
	CHECK_INT(n, 7);
}

static enum hyk_status
status_of(const char *text, size_t n)
{
	struct hyk_arena a;
	const struct hyk_pattern *p;
	enum hyk_status st;

	hyk_arena_init(&a, 0);
	st = hyk_pattern_compile(&a, hyk_str_make(text, n), NULL, HYK_NO_SPAN, &p, NULL);
	hyk_arena_fini(&a);
	return st;
}

TEST(nesting_ends)
{
	static char text[200000];

	for (size_t depth = 249; depth <= 251; depth++) {
		memset(text, '(', depth);
		text[depth] = 'a';
		memset(text + depth + 1, ')', depth);
		CHECK_INT(status_of(text, 2 * depth + 1), depth <= 250 ? HYK_OK : HYK_E_INVALID);
	}
	memset(text, '(', sizeof(text));
	CHECK_INT(status_of(text, sizeof(text)), HYK_E_INVALID);
	/* Operators on operators, by way of a flag group that is nothing. */
	for (size_t i = 0; i + 10 <= sizeof(text); i += 10)
		memcpy(text + i, i == 0 ? "aaaaaa(?i)" : i % 20 ? "*(?i)?(?i)" : "+(?i)*(?i)", 10);
	CHECK_INT(status_of(text, sizeof(text)), HYK_E_INVALID);
	for (size_t i = 0; i + 10 <= sizeof(text); i += 10)
		memcpy(text + i, "(){1000}||", 10);
	CHECK_INT(status_of(text, sizeof(text)), HYK_E_INVALID);
}

/* What PCRE2 gives up on has its answer all the same. */
TEST(patterns_that_explode)
{
	static const struct {
		const char *pattern;
		bool found;
	} cases[] = { { "(a+)+$", false }, { "(a|aa)+$", false }, { "(a?){30}a{30}", true }, { "(x+x+)+y", false }, { "^(a*)*c", false },
		{ "(.*)(.*)(.*)(.*)(.*)[d-z]", false }, { "[a-z]+\\d", false } };
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	static char text[5001];

	REQUIRE(s);
	memset(text, 'a', 5000);
	text[5000] = 'b';
	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		struct hyk_arena a;
		const struct hyk_pattern *p = NULL;

		hyk_arena_init(&a, 0);
		CHECK_INT(hyk_pattern_compile(&a, hyk_str_from_c(cases[i].pattern), NULL, HYK_NO_SPAN, &p, NULL), HYK_OK);
		REQUIRE(p);
		CHECK(p->pcre2 != NULL);
		for (size_t n = 30; n <= 5000; n += 497) {
			struct hyk_str subject = hyk_str_make(text + 5000 - n, n + 1);
			uint64_t steps = 3 * hyk_pattern_n_insts(p) * (n + 3);
			bool found = !cases[i].found;

			CHECK_INT(hyk_pattern_search(p, subject, s), cases[i].found);
			CHECK_INT(hyk_pattern_search_automaton(p, subject, s), cases[i].found);
			/* Linear: the steps allowed are a small multiple of length times instructions. */
			CHECK_INT(hyk_pattern_search_metered(p, subject, s, &steps, &found), HYK_OK);
			CHECK_INT(found, cases[i].found);
		}
		hyk_arena_fini(&a);
	}
	hyk_pattern_scratch_free(s);
}

TEST(counted_steps)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	struct hyk_arena a;
	const struct hyk_pattern *p = NULL;
	uint64_t all = 1000000, steps, find_steps = 3;
	struct hyk_pattern_match m;
	bool found = true;

	REQUIRE(s);
	hyk_arena_init(&a, 0);
	CHECK_INT(hyk_pattern_compile(&a, HYK_STR("(a+)+$"), NULL, HYK_NO_SPAN, &p, NULL), HYK_OK);
	REQUIRE(p);
	CHECK_INT(hyk_pattern_search_metered(p, HYK_STR("aaaaab"), s, &all, &found), HYK_OK);
	CHECK(!found);
	all = 1000000 - all;
	/* The same after other searches have warmed the cache; one step fewer is not enough. */
	hyk_pattern_search_automaton(p, HYK_STR("aaaaab"), s);
	steps = all + 1;
	CHECK_INT(hyk_pattern_search_metered(p, HYK_STR("aaaaab"), s, &steps, &found), HYK_OK);
	CHECK_INT(steps, 1);
	for (uint64_t n = 0; n < all; n++) {
		steps = n;
		CHECK_INT(hyk_pattern_search_metered(p, HYK_STR("aaaaab"), s, &steps, &found), HYK_E_LIMIT);
		CHECK_INT(steps, 0);
	}
	CHECK_INT(hyk_pattern_find(p, HYK_STR("aaaaab"), 0, s, &find_steps, &m, 1, &found), HYK_E_LIMIT);
	hyk_arena_fini(&a);
	hyk_pattern_scratch_free(s);
}

TEST(names_of_groups)
{
	struct hyk_arena a;
	const struct hyk_pattern *p = NULL;

	hyk_arena_init(&a, 0);
	CHECK_INT(hyk_pattern_compile(&a, HYK_STR("(a)(?P<이름>b)(?:c)(?P<n2>d)"), NULL, HYK_NO_SPAN, &p, NULL), HYK_OK);
	REQUIRE(p);
	CHECK_INT(hyk_pattern_n_groups(p), 3);
	CHECK_STR(hyk_pattern_group_name(p, 1), "");
	CHECK_STR(hyk_pattern_group_name(p, 2), "이름");
	CHECK_STR(hyk_pattern_group_name(p, 3), "n2");
	CHECK_STR(hyk_pattern_group_name(p, 4), "");
	CHECK_STR(hyk_pattern_text(p), "(a)(?P<이름>b)(?:c)(?P<n2>d)");
	hyk_arena_fini(&a);
}

/* Text that is no UTF-8 can come from a plugin: no character matches it, \C does, and nothing reads past it. */
TEST(bytes_that_are_no_text)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	struct hyk_arena a;
	const struct hyk_pattern *dot = NULL, *byte = NULL;

	REQUIRE(s);
	hyk_arena_init(&a, 0);
	CHECK_INT(hyk_pattern_compile(&a, HYK_STR("^(?s:.)$"), NULL, HYK_NO_SPAN, &dot, NULL), HYK_OK);
	CHECK_INT(hyk_pattern_compile(&a, HYK_STR("^\\C$"), NULL, HYK_NO_SPAN, &byte, NULL), HYK_OK);
	REQUIRE(dot && byte);
	CHECK(!hyk_pattern_search(dot, HYK_STR("\xff"), s));
	CHECK(!hyk_pattern_search(dot, HYK_STR("\xea\xb0"), s));
	CHECK(hyk_pattern_search(dot, HYK_STR("\xea\xb0\x80"), s));
	CHECK(hyk_pattern_search(dot, hyk_str_make("", 1), s));
	CHECK(!hyk_pattern_search(dot, hyk_str_make(NULL, 0), s));
	CHECK(hyk_pattern_search(byte, HYK_STR("\xff"), s));
	CHECK(!hyk_pattern_search(byte, HYK_STR("가"), s));
	hyk_arena_fini(&a);
	hyk_pattern_scratch_free(s);
}

/* More patterns than places for their states, in turn. */
TEST(many_patterns_share_a_scratch)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	struct hyk_arena a;
	const struct hyk_pattern *p[40];

	REQUIRE(s);
	hyk_arena_init(&a, 0);
	for (int i = 0; i < 40; i++) {
		char text[20];

		snprintf(text, sizeof(text), "^a{%d}b+$", i);
		REQUIRE(hyk_pattern_compile(&a, hyk_str_from_c(text), NULL, HYK_NO_SPAN, &p[i], NULL) == HYK_OK);
	}
	for (int n = 0; n < 40; n++) {
		char text[50];

		memset(text, 'a', 40);
		memset(text + n, 'b', 3);
		for (int i = 0; i < 40; i++) {
			CHECK_INT(hyk_pattern_search_automaton(p[i], hyk_str_make(text, (size_t)n + 3), s), i == n);
			CHECK_INT(hyk_pattern_search(p[i], hyk_str_make(text, (size_t)n + 3), s), i == n);
		}
	}
	hyk_arena_fini(&a);
	hyk_pattern_scratch_free(s);
}

static enum hyk_status
try_it(size_t cap)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	struct hyk_arena a;
	struct hyk_diags diags;
	const struct hyk_pattern *p = NULL;
	struct hyk_pattern_match m[3];
	enum hyk_status st;
	bool found;

	hyk_arena_init(&a, cap);
	hyk_diags_init(&diags, &a);
	st = s ? hyk_pattern_compile(&a, HYK_STR("(?i)(가|[b-d]+)*(?P<n>\\pL){2,3}$"), NULL, HYK_NO_SPAN, &p, &diags) : HYK_E_NOMEM;
	if (st == HYK_OK) {
		/* Whatever PCRE2 lacks memory for, the answer is there. */
		CHECK(hyk_pattern_search(p, HYK_STR("가bcdXYZ"), s));
		CHECK(!hyk_pattern_search(p, HYK_STR("가bcd!"), s));
		st = hyk_pattern_find(p, HYK_STR("가bcdXYZ"), 0, s, NULL, m, 3, &found);
		CHECK(st == HYK_E_NOMEM || (found && m[2].end == 9));
	}
	hyk_arena_fini(&a);
	hyk_pattern_scratch_free(s);
	return st;
}

TEST(without_memory)
{
	unsigned n_failed = 0;
	long n;

	for (n = 0; n < 500; n++) {
		enum hyk_status st;

		hyk_alloc_fail_after(n);
		st = try_it(0);
		if (!hyk_alloc_failed())
			break;
		CHECK(st == HYK_OK || st == HYK_E_NOMEM);
		n_failed += st == HYK_E_NOMEM;
	}
	hyk_alloc_fail_after(-1);
	CHECK(n > 5 && n < 500 && n_failed > 3);
	for (size_t cap = 16; cap < 3000; cap += 16) {
		enum hyk_status st = try_it(cap);

		CHECK(st == HYK_OK || st == HYK_E_LIMIT);
	}
}

int
main(void)
{
	RUN(what_is_refused_and_where);
	RUN(places_in_a_condition);
	RUN(nesting_ends);
	RUN(patterns_that_explode);
	RUN(counted_steps);
	RUN(names_of_groups);
	RUN(bytes_that_are_no_text);
	RUN(many_patterns_share_a_scratch);
	RUN(without_memory);
	return check_done();
}
