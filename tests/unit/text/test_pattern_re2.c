/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns against RE2 itself, over generated patterns and subjects with fixed seeds: the same are accepted and the
 * same refused, both runners answer as RE2 does, and find gives RE2's places. HYK_LONG=1 takes 20 times as many.
 */
#include "support/check.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "text/pattern_impl.h"
#include "unit/text/re2_oracle.h"

static uint64_t seed;

static unsigned
below(unsigned n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)((seed >> 33) % n);
}

static unsigned
rounds(unsigned n)
{
	const char *is_long = getenv("HYK_LONG");

	return is_long && strcmp(is_long, "1") == 0 ? 20 * n : n;
}

struct text {
	char p[4000];
	size_t n;
};

static void
put(struct text *t, const char *p, size_t n)
{
	if (t->n + n <= sizeof(t->p)) {
		memcpy(t->p + t->n, p, n);
		t->n += n;
	}
}

static void
put_one(struct text *t, const struct hyk_str *pieces, size_t n)
{
	const struct hyk_str *s = &pieces[below((unsigned)n)];

	put(t, s->p, s->n);
}

#define S(lit) { (lit), sizeof(lit) - 1 }
#define PUT(t, pieces) put_one((t), (pieces), HYK_ARRAY_LEN(pieces))

static const struct hyk_str letters[] = {
	S("a"), S("b"), S("c"), S("k"), S("K"), S("s"), S("0"), S("9"), S("_"), S(" "), S("-"), S("가"), S("한"), S("é"),
	S("ß"), S("\n"), S("🙂"), S("ㄱ"), S("ſ"), S("A"), S("漢"), S("ひ"), S("\xe2\x84\xaa"), S("]"), S("}"),
};
static const struct hyk_str atoms[] = {
	S("."), S("^"), S("$"), S("\\b"), S("\\B"), S("\\A"), S("\\z"), S("\\d"), S("\\D"), S("\\w"), S("\\W"), S("\\s"),
	S("\\S"), S("[a-c]"), S("[^a-c]"), S("[[:alpha:]]"), S("[^[:alpha:]]"), S("[[:^space:]_]"), S("\\pL"), S("\\PL"),
	S("\\p{Hangul}"), S("\\p{^Han}"), S("[\\p{Lu}0-9]"), S("[가-힣]"), S("[^가-힣]"), S("\\x{ac00}"), S("\\x41"), S("\\n"),
	S("\\Qa.b\\E"), S("\\Q*"), S("\\."), S("\\101"), S("(?:)"), S("()"), S("[\\w-]"), S("[]a]"), S("[^]a]"), S("[a-]"),
	S("\\p{Greek}"), S("\\p{Ll}"), S("(?i)"), S("(?s)"), S("(?m)"), S("(?U)"), S("(?-i)"), S("[\\d\\s가]"), S("[[:word:]]"),
	S("\\0"), S("[\\x00-\\x{10ffff}]"), S("[^\\x00-\\x{10ffff}]"), S("(?i:k)"), S("(?i:[a-z])"), S("(?i:\\w)"), S("(?i:\\W)"),
};
static const struct hyk_str operators[] = {
	S("*"), S("+"), S("?"), S("*?"), S("+?"), S("??"), S("{2}"), S("{1,}"), S("{0,2}"), S("{2,3}?"), S("{0}"), S("{,2}"), S("{1"),
};
static const struct hyk_str odd[] = {
	S("("), S(")"), S("["), S("]"), S("{"), S("}"), S("*"), S("+"), S("?"), S("|"), S("\\"), S("^"), S("$"), S("-"), S(","), S(":"),
	S("(?"), S("(?P<n>"), S("(?P<"), S("(?<n>"), S("(?="), S("(?!"), S("(?<="), S("(?>"), S("(?#"), S("(?x)"), S("(?R)"), S("(*"), S("[["),
	S("[:"), S(":]"), S("[:alpha:]"), S("[[:alpha:]"), S("[[:foo:]]"), S("\\p"), S("\\p{"), S("\\p{Han"), S("\\p{Foo}"), S("\\pX"),
	S("\\1"), S("\\8"), S("\\07"), S("\\x"), S("\\x4"), S("\\x{"), S("\\x{110000}"), S("\\x{}"), S("\\K"), S("\\G"), S("\\Z"), S("\\h"),
	S("\\R"), S("\\X"), S("\\N"), S("\\k<n>"), S("\\E"), S("\\e"), S("\\cA"), S("\\_"), S("\\-"), S("\\é"), S("\\C"), S("\\Q"), S("++"),
	S("*+"), S("**"), S("{1000}"), S("{1001}"), S("{2,1}"), S("{01}"), S("{1,01}"), S("z-a"), S("a-z"), S("\\d-"), S("-\\d"), S("i"), S("m"),
	S("P"), S("<"), S(">"), S("\xff"), S("\xc3"), S("\0"), S("가"), S("[^"), S("(?i"), S("(?-"), S("(?i-s:"), S("(?-)"), S("(?i-)"), S("{100}"), S("{30}"),
	S("(?P=n)"), S("(?P>n)"), S("(?P<이름>"), S("(?P<a b>"), S("\\v"), S("\\a"), S("\\pN"), S("[\\pN"), S("\\b"), S("{0,1}"), S("{5,}"), S("{9999999999}"),
};

static void
pattern_of(struct text *t, unsigned depth)
{
	unsigned bars = 1 + (below(4) == 0) + (below(12) == 0);

	for (unsigned i = 0; i < bars; i++) {
		unsigned items = below(4);

		if (i > 0)
			put(t, "|", 1);
		for (unsigned k = 0; k < items; k++) {
			unsigned what = below(10);

			if (what < 2 && depth < 4) {
				static const struct hyk_str opens[] = { S("("), S("(?:"), S("(?i:"), S("(?s:"), S("(?m:"), S("(?U:") };

				PUT(t, opens);
				pattern_of(t, depth + 1);
				put(t, ")", 1);
			} else if (what < 5) {
				PUT(t, atoms);
			} else {
				const struct hyk_str *s = &letters[below((unsigned)HYK_ARRAY_LEN(letters))];

				put(t, s->p, s->n);
			}
			if (below(3) == 0)
				PUT(t, operators);
		}
	}
}

static void
subject_of(struct text *t, unsigned n)
{
	t->n = 0;
	for (unsigned i = 0; i < n; i++) {
		if (below(12) == 0)
			put(t, "\0", 1);
		else
			PUT(t, letters);
	}
}

static void
tell(const char *what, struct hyk_str pattern, struct hyk_str subject)
{
	fprintf(stderr, "    %s: pattern \"", what);
	for (size_t i = 0; i < pattern.n; i++)
		fprintf(stderr, pattern.p[i] >= ' ' && pattern.p[i] < 127 ? "%c" : "\\x%02x", (unsigned char)pattern.p[i]);
	fprintf(stderr, "\" subject \"");
	for (size_t i = 0; i < subject.n; i++)
		fprintf(stderr, subject.p[i] >= ' ' && subject.p[i] < 127 ? "%c" : "\\x%02x", (unsigned char)subject.p[i]);
	fprintf(stderr, "\"\n");
}

static struct {
	unsigned patterns, accepted, refused, large, searches, yes, jit, finds;
} tally;

/* RE2 goes byte by byte: it finds \B inside of a character, where no pattern of ours looks. \C is the same. */
static bool
may_differ(struct hyk_str pattern)
{
	return hyk_str_find(pattern, HYK_STR("\\B")) != SIZE_MAX || hyk_str_find(pattern, HYK_STR("\\C")) != SIZE_MAX;
}

static bool
has_wide(struct hyk_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return true;
	}
	return false;
}

static void
compare_find(const struct hyk_pattern *p, const struct re2_oracle *o, struct hyk_str pattern, struct hyk_str subject,
    struct hyk_pattern_scratch *s)
{
	struct hyk_pattern_match groups[10];
	long spans[20];
	int n = re2_oracle_groups(o) + 1;
	size_t from = below(4) == 0 ? hyk_utf8_offset(subject, below(5)) : 0;
	bool want, got = false, same;

	if (n > 10)
		n = 10;
	want = re2_oracle_match(o, subject.p, subject.n, from, spans, n);
	CHECK_INT(hyk_pattern_find(p, subject, from, s, NULL, groups, (size_t)n, &got), HYK_OK);
	same = want == got;
	for (int i = 0; i < n && want && same; i++)
		same = (long)groups[i].begin == spans[2 * i] && (long)groups[i].end == spans[2 * i + 1];
	tally.finds++;
	if (!CHECK(same)) {
		tell("find", pattern, subject);
		for (int i = 0; i < n && want && got; i++)
			fprintf(stderr, "    group %d from %zu: %ld..%ld, want %ld..%ld\n", i, from, (long)groups[i].begin,
			    (long)groups[i].end, spans[2 * i], spans[2 * i + 1]);
	}
}

static void
compare(struct hyk_str pattern, unsigned n_subjects, struct hyk_pattern_scratch *s)
{
	const struct hyk_pattern *p = NULL;
	struct hyk_arena a;
	struct hyk_diags diags;
	bool ok, large;
	struct re2_oracle *o = re2_oracle_new(pattern.p, pattern.n, &ok, &large);
	enum hyk_status st;

	hyk_arena_init(&a, 0);
	hyk_diags_init(&diags, &a);
	st = hyk_pattern_compile(&a, pattern, NULL, HYK_NO_SPAN, &p, &diags);
	tally.patterns++;
	if (st == HYK_E_INVALID)
		CHECK(diags.n_errors == 1);
	if (!ok) {
		tally.refused++;
		tally.large += large;
		/* What is too large for RE2 need not be for us. */
		if (!large && !CHECK(st == HYK_E_INVALID)) {
			tell(re2_oracle_error(o), pattern, HYK_STR(""));
		}
		goto out;
	}
	tally.accepted++;
	/* Nor the other way round, near the limit: \pN{1000} has more instructions here than there. */
	if (st == HYK_E_INVALID && diags.first && diags.first->id == HYK_D_PATTERN_SIZE && re2_oracle_size(o) > 40000) {
		tally.large++;
		goto out;
	}
	if (!CHECK_INT(st, HYK_OK)) {
		tell(diags.first ? diags.first->text[0].p : "refused", pattern, HYK_STR(""));
		goto out;
	}
	CHECK_INT(hyk_pattern_n_groups(p), re2_oracle_groups(o));
	for (unsigned i = 0; i < n_subjects; i++) {
		struct text t;
		struct hyk_str subject;
		bool want, metered = false;
		uint64_t steps = UINT64_MAX - 1;

		subject_of(&t, i == 0 ? 0 : below(12));
		subject = hyk_str_make(t.p, t.n);
		want = re2_oracle_match(o, subject.p, subject.n, 0, NULL, 0);
		if (may_differ(pattern) && has_wide(subject))
			want = hyk_pattern_search_automaton(p, subject, s); /* then both runners alike is all */
		else
			compare_find(p, o, pattern, subject, s);
		tally.searches++;
		tally.yes += want;
		if (!CHECK(hyk_pattern_search_automaton(p, subject, s) == want))
			tell(want ? "automaton: no" : "automaton: yes", pattern, subject);
		if (!CHECK(hyk_pattern_search(p, subject, s) == want))
			tell(want ? "pcre2: no" : "pcre2: yes", pattern, subject);
		CHECK_INT(hyk_pattern_search_metered(p, subject, s, &steps, &metered), HYK_OK);
		if (!CHECK(metered == want))
			tell(want ? "metered: no" : "metered: yes", pattern, subject);
	}
out:
	re2_oracle_free(o);
	hyk_arena_fini(&a);
}

TEST(patterns_that_are_well_formed)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();

	REQUIRE(s);
	seed = 1;
	for (unsigned i = 0; i < rounds(6000) && check_test_failed < 20; i++) {
		struct text t = { .n = 0 };

		pattern_of(&t, 0);
		compare(hyk_str_make(t.p, t.n), 8, s);
	}
	hyk_pattern_scratch_free(s);
	fprintf(stderr, "%u patterns, %u accepted, %u searches, %u yes, %u finds\n", tally.patterns, tally.accepted,
	    tally.searches, tally.yes, tally.finds);
	CHECK(tally.accepted > tally.patterns / 2 && tally.yes > tally.searches / 4 && tally.yes < tally.searches);
}

/* Pieces of syntax in any order: what is refused must be the same, and what is accepted must mean the same. */
TEST(patterns_that_are_not)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	unsigned refused = tally.refused, patterns = tally.patterns;

	REQUIRE(s);
	seed = 2;
	for (unsigned i = 0; i < rounds(20000) && check_test_failed < 20; i++) {
		struct text t = { .n = 0 };
		unsigned n = 1 + below(6);

		for (unsigned k = 0; k < n; k++) {
			if (below(3) == 0)
				PUT(&t, letters);
			else
				PUT(&t, odd);
		}
		compare(hyk_str_make(t.p, t.n), 2, s);
	}
	hyk_pattern_scratch_free(s);
	fprintf(stderr, "%u patterns, %u refused\n", tally.patterns - patterns, tally.refused - refused);
	CHECK(tally.refused - refused > (tally.patterns - patterns) / 4);
}

/* Where PCRE2 as it comes, or our own tables, would answer otherwise. */
TEST(known_traps)
{
	static const struct {
		struct hyk_str pattern, subject;
	} traps[] = {
		{ S("^a$"), S("a\n") }, { S("(?m)^$"), S("a\n") }, { S("(?m)^\\z"), S("a\n") }, { S("(?m)a$"), S("a\nb") }, { S("$"), S("\n") },
		{ S("(?m)^b"), S("a\nb") }, { S("(?m)^b"), S("a\rb") }, { S("a$"), S("a\r\n") }, { S("."), S("\r") }, { S("^.$"), S("\n") },
		{ S("\\s"), S("\v") }, { S("[[:space:]]"), S("\v") }, { S("\\v"), S("\n") }, { S("\\v"), S("\v") }, { S("\\s"), S("\xc2\x85") },
		{ S("\\w"), S("é") }, { S("\\w"), S("가") }, { S("\\d"), S("\xd9\xa3") }, { S("\\bé"), S("aé") }, { S("\\b가"), S("a가") },
		{ S("(?i)k"), S("\xe2\x84\xaa") }, { S("(?i)\xe2\x84\xaa"), S("K") }, { S("(?i)s"), S("ſ") }, { S("(?i)ß"), S("ẞ") },
		{ S("(?i)σ"), S("ς") }, { S("(?i)i"), S("İ") }, { S("(?i)i"), S("ı") }, { S("(?i)[^k]"), S("K") }, { S("(?i)[j-l]"), S("\xe2\x84\xaa") },
		{ S("(?i)\\w"), S("ſ") }, { S("(?i)\\W"), S("ſ") }, { S("(?i)\\pLu"), S("au") }, { S("(?i)\\p{Lu}"), S("a") }, { S("(?i)\\P{Lu}"), S("a") },
		{ S("a{,2}"), S("a{,2}") }, { S("\\x{0}"), { "\0", 1 } }, { S("a\\x00b"), { "a\0b", 3 } }, { S("가.나"), S("가\xe2\x80\xa8나") },
		{ S("[\\x{d800}-\\x{dfff}]"), S("가") }, { S("\\x{d800}"), S("가") }, { S("[^\\x{d800}]"), S("가") }, { S("^(?:a|ab)$"), S("ab") },
		{ S("(?U)^a+"), S("aa") }, { S("\\p{Hangul}{3}"), S("한글이") }, { S("^\\p{Hangul}$"), S("가나") }, { S("(|a)+"), S("aaa") }, { S("(a|b*)*c"), S("abbac") },
	};
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();

	REQUIRE(s);
	for (size_t i = 0; i < HYK_ARRAY_LEN(traps); i++) {
		struct hyk_arena a;
		const struct hyk_pattern *p = NULL;
		bool ok, large, want;
		struct re2_oracle *o = re2_oracle_new(traps[i].pattern.p, traps[i].pattern.n, &ok, &large);

		hyk_arena_init(&a, 0);
		CHECK(ok);
		CHECK_INT(hyk_pattern_compile(&a, traps[i].pattern, NULL, HYK_NO_SPAN, &p, NULL), HYK_OK);
		want = re2_oracle_match(o, traps[i].subject.p, traps[i].subject.n, 0, NULL, 0);
		if (p && (!CHECK(hyk_pattern_search(p, traps[i].subject, s) == want) ||
		    !CHECK(hyk_pattern_search_automaton(p, traps[i].subject, s) == want)))
			tell(want ? "no" : "yes", traps[i].pattern, traps[i].subject);
		if (p)
			compare_find(p, o, traps[i].pattern, traps[i].subject, s);
		re2_oracle_free(o);
		hyk_arena_fini(&a);
	}
	hyk_pattern_scratch_free(s);
}

/* Every two-character pattern and escape of ASCII. */
TEST(short_patterns)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();

	REQUIRE(s);
	seed = 3;
	for (unsigned c = 0; c < 128 && check_test_failed < 20; c++) {
		char one[] = { (char)c }, escape[] = { '\\', (char)c }, in[] = { '[', '\\', (char)c, ']' };
		char flag[] = { '(', '?', (char)c, ')' }, group[] = { '(', '?', (char)c, ':', 'a', ')' }, p[] = { '\\', 'p', (char)c };

		compare(hyk_str_make(one, 1), 3, s);
		compare(hyk_str_make(escape, 2), 3, s);
		compare(hyk_str_make(in, 4), 3, s);
		compare(hyk_str_make(flag, 4), 3, s);
		compare(hyk_str_make(group, 6), 3, s);
		compare(hyk_str_make(p, 3), 3, s);
	}
	hyk_pattern_scratch_free(s);
}

/* More states than are remembered: the cache is emptied, then done without, and the answer stays. */
TEST(patterns_with_many_states)
{
	static const char *const patterns[] = { "[ab]*a[ab]{12}c", "(a|b)*a(a|b){9}\\b", "(?m)^(ab?){5,60}$", "(a?){20}b{3}a{15}c",
		"(?:a[ab]{0,200}b){1,4}c", "\\bb?(a{1,3}b)+a{7}",
		"^(b[abc\\n]*a[ab]{13}c|a[abc\\n]*a[ab]{13}d)" };
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	static char text[8000];

	REQUIRE(s);
	seed = 5;
	for (size_t i = 0; i < HYK_ARRAY_LEN(patterns); i++) {
		const struct hyk_pattern *p = NULL;
		struct re2_oracle *o;
		struct hyk_arena a;
		bool ok, large;

		hyk_arena_init(&a, 0);
		o = re2_oracle_new(patterns[i], strlen(patterns[i]), &ok, &large);
		CHECK(ok);
		CHECK_INT(hyk_pattern_compile(&a, hyk_str_from_c(patterns[i]), NULL, HYK_NO_SPAN, &p, NULL), HYK_OK);
		for (unsigned k = 0; p && k < rounds(40); k++) {
			size_t n = k * 600 % sizeof(text) + below(20);

			for (size_t c = 0; c < n; c++)
				text[c] = below(200) == 0 ? '\n' : below(300) == 0 ? 'c' : below(2) ? 'a' : 'b';
			CHECK_INT(hyk_pattern_search_automaton(p, hyk_str_make(text, n), s), re2_oracle_match(o, text, n, 0, NULL, 0));
			CHECK_INT(hyk_pattern_search(p, hyk_str_make(text, n), s), re2_oracle_match(o, text, n, 0, NULL, 0));
		}
		re2_oracle_free(o);
		hyk_arena_fini(&a);
	}
	hyk_pattern_scratch_free(s);
}

#define CHILD_SKIPS 77

/* In a process that may make no new code; how it ends is the answer. */
static int
interpreted(void)
{
	struct hyk_pattern_scratch *s;
	const struct hyk_pattern *p = NULL;
	struct hyk_arena a;

	if (prctl(65 /* PR_SET_MDWE */, 1ul, 0ul, 0ul, 0ul) != 0)
		return CHILD_SKIPS;
	s = hyk_pattern_scratch_new();
	hyk_arena_init(&a, 0);
	CHECK_INT(hyk_pattern_compile(&a, HYK_STR("a+b"), NULL, HYK_NO_SPAN, &p, NULL), HYK_OK);
	CHECK(p && p->pcre2 && !hyk_pattern_pcre2_has_jit(p->pcre2));
	hyk_arena_fini(&a);
	seed = 4;
	for (unsigned i = 0; i < rounds(1000) && check_test_failed < 20; i++) {
		struct text t = { .n = 0 };

		pattern_of(&t, 0);
		compare(hyk_str_make(t.p, t.n), 6, s);
	}
	hyk_pattern_scratch_free(s);
	return check_test_failed > 0;
}

/* Where the system forbids new code PCRE2 interprets. The first test: code memory once had is kept. */
TEST(without_jit)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(interpreted());
	REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPS)
		SKIP("this kernel cannot forbid new code");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/*
 * Groups of Unicode and case folding, code point by code point. The RE2 of Debian 12 has Unicode 15.0 and our tables
 * 14.0: what 14.0 has not assigned is left out.
 */
TEST(unicode_is_that_of_re2)
{
	struct hyk_pattern_scratch *s = hyk_pattern_scratch_new();
	static const char *const names[] = { "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N",
		"Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Hangul",
		"Han", "Latin", "Hiragana", "Katakana", "Greek", "Cyrillic", "Common", "Inherited", "Arabic", "Any" };

	struct hyk_arena known, tmp;
	const struct hyk_pattern *assigned = NULL;

	REQUIRE(s);
	hyk_arena_init(&known, 0);
	hyk_arena_init(&tmp, 0);
	CHECK_INT(hyk_pattern_compile_automaton(&known, &tmp, HYK_STR("\\A[\\pL\\pM\\pN\\pP\\pS\\pZ\\pC]\\z"), NULL, HYK_NO_SPAN,
	    &assigned, NULL), HYK_OK);
	REQUIRE(assigned);
	for (size_t i = 0; i < 2 * HYK_ARRAY_LEN(names) && check_test_failed < 20; i++) {
		struct hyk_arena a;
		const struct hyk_pattern *p;
		struct re2_oracle *o;
		char text[64];
		bool ok, large;

		snprintf(text, sizeof(text), "%s\\A\\p{%s}\\z", i % 2 ? "(?i)" : "", names[i / 2]);
		hyk_arena_init(&a, 0);
		o = re2_oracle_new(text, strlen(text), &ok, &large);
		if (CHECK(ok) && CHECK_INT(hyk_pattern_compile_automaton(&a, &tmp, hyk_str_from_c(text), NULL,
		    HYK_NO_SPAN, &p, NULL), HYK_OK)) {
			for (uint32_t cp = 0; cp <= 0x10ffff; cp += cp < 0x20000 || cp > 0xe0000 ? 1 : 61) {
				char c[4];
				size_t n = hyk_utf8_encode(cp, c);

				if (n > 0 && hyk_pattern_search_automaton(assigned, hyk_str_make(c, n), s) &&
				    hyk_pattern_search_automaton(p, hyk_str_make(c, n), s) != re2_oracle_match(o, c, n, 0, NULL, 0)) {
					fprintf(stderr, "    %s: U+%04X\n", text, cp);
					CHECK(false);
					break;
				}
			}
		}
		re2_oracle_free(o);
		hyk_arena_fini(&a);
	}
	hyk_arena_fini(&tmp);
	hyk_arena_fini(&known);
	hyk_pattern_scratch_free(s);
}

int
main(void)
{
	RUN(without_jit);
	RUN(patterns_that_are_well_formed);
	RUN(patterns_that_are_not);
	RUN(known_traps);
	RUN(short_patterns);
	RUN(patterns_with_many_states);
	RUN(unicode_is_that_of_re2);
	return check_done();
}
