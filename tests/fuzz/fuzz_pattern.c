/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PATTERN 0xff SUBJECT: what RE2 accepts is accepted, and all runners give RE2's answer and places. Where RE2 goes
 * byte by byte inside of characters (\B, \C) ours only have to agree with each other.
 */
#include "fuzz/fuzz.h"
#include "text/pattern_impl.h"
#include "unit/text/re2_oracle.h"

#define STEPS ((uint64_t)1 << 24)
#define N_GROUPS 8

static bool
has_wide(struct hyk_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return true;
	}
	return false;
}

static bool
re2_may_differ(struct hyk_str pattern, struct hyk_str subject)
{
	return hyk_utf8_valid_prefix(subject) != subject.n ||
	    (has_wide(subject) && (hyk_str_find(pattern, HYK_STR("\\B")) != SIZE_MAX ||
		hyk_str_find(pattern, HYK_STR("\\C")) != SIZE_MAX));
}

static void
check_find(const struct hyk_pattern *p, const struct re2_oracle *o, struct hyk_str subject, bool want,
    struct hyk_pattern_scratch *s)
{
	size_t n = hyk_pattern_n_groups(p) + 1 < N_GROUPS ? hyk_pattern_n_groups(p) + 1 : N_GROUPS;
	struct hyk_pattern_match m[N_GROUPS];
	long spans[2 * N_GROUPS];
	bool found = false;

	FUZZ_CHECK(hyk_pattern_find(p, subject, 0, s, NULL, m, n, &found) == HYK_OK);
	FUZZ_CHECK(found == want);
	for (size_t i = 0; found && i < n; i++)
		FUZZ_CHECK(m[i].begin == HYK_PATTERN_NONE ? i > 0 && m[i].end == HYK_PATTERN_NONE
							  : m[i].begin <= m[i].end && m[i].end <= subject.n);
	if (!o || !found)
		return;
	FUZZ_CHECK(re2_oracle_match(o, subject.p, subject.n, 0, spans, (int)n));
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK((long)m[i].begin == spans[2 * i] && (long)m[i].end == spans[2 * i + 1]);
}

static void
check_search(const struct hyk_pattern *p, const struct re2_oracle *o, struct hyk_str subject,
    struct hyk_pattern_scratch *s)
{
	bool want = hyk_pattern_search_automaton(p, subject, s), metered = false, again = false;
	uint64_t left = STEPS, left_again = STEPS;
	enum hyk_status st = hyk_pattern_search_metered(p, subject, s, &left, &metered);

	if (o)
		FUZZ_CHECK(re2_oracle_match(o, subject.p, subject.n, 0, NULL, 0) == want);
	FUZZ_CHECK(st == HYK_OK ? metered == want : st == HYK_E_LIMIT);
	FUZZ_CHECK(hyk_pattern_search(p, subject, s) == want);
	FUZZ_CHECK(hyk_pattern_search_metered(p, subject, s, &left_again, &again) == st && left == left_again);
	if (p->pcre2 && hyk_utf8_valid_prefix(subject) == subject.n) {
		enum hyk_pattern_answer a = hyk_pattern_pcre2_search(p->pcre2, subject, s);

		FUZZ_CHECK(a == HYK_PATTERN_GAVE_UP || (a == HYK_PATTERN_YES) == want);
	}
	check_find(p, o, subject, want, s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct hyk_pattern_scratch *s;
	struct fuzz_in in = { data, n };
	struct hyk_str text = fuzz_text(&in), subject = { in.n ? (const char *)in.p : "", in.n };
	const struct hyk_pattern *p = NULL, *alone = NULL;
	struct hyk_arena arena, tmp;
	struct re2_oracle *o;
	struct hyk_diags diags;
	enum hyk_status st;
	bool ok, large;

	if (!s)
		s = hyk_pattern_scratch_new();
	FUZZ_CHECK(s);
	o = re2_oracle_new(text.p, text.n, &ok, &large);
	hyk_arena_init(&arena, 64u << 20);
	hyk_arena_init(&tmp, 64u << 20);
	hyk_diags_init(&diags, &arena);
	st = hyk_pattern_compile(&arena, text, hyk_source_new(&arena, HYK_STR("fuzz"), text),
	    (struct hyk_span){ 0, (uint32_t)text.n }, &p, &diags);
	FUZZ_CHECK((st == HYK_E_INVALID) == (diags.n_errors > 0));
	/*
	 * Too large for one need not be too large for the other; two groups of one name are refused here, as by Go,
	 * and a lone surrogate is no character.
	 */
	if (st == HYK_OK)
		FUZZ_CHECK(ok || large);
	else if (ok && hyk_utf8_valid_prefix(text) == text.n)
		FUZZ_CHECK(st == HYK_E_LIMIT || (diags.first &&
		    (diags.first->id == HYK_D_PATTERN_SIZE || diags.first->id == HYK_D_PATTERN_GROUP_TWICE)));
	fuzz_check_diags(&diags);
	FUZZ_CHECK(hyk_pattern_compile_automaton(&arena, &tmp, text, NULL, HYK_NO_SPAN, &alone, NULL) == st ||
	    st == HYK_E_LIMIT || arena.overflowed);
	if (st == HYK_OK)
		check_search(p, ok && !re2_may_differ(text, subject) ? o : NULL, subject, s);
	re2_oracle_free(o);
	hyk_arena_fini(&tmp);
	hyk_arena_fini(&arena);
	return 0;
}
