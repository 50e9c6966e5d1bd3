/* SPDX-License-Identifier: Apache-2.0 */
/* text/pattern.c - both runners together: PCRE2 first, the automaton when it gives up. */
#include "text/pattern.h"

#include "base/utf8.h"
#include "text/pattern_impl.h"

#define MAX_TREE_BYTES ((size_t)32 << 20)

enum hyk_status
hyk_pattern_compile(struct hyk_arena *arena, struct hyk_str text, const struct hyk_source *src, struct hyk_span span,
    const struct hyk_pattern **ret_pattern, struct hyk_diags *diags)
{
	struct hyk_pattern_parsed parsed;
	struct hyk_pattern *p = NULL;
	struct hyk_arena tmp;
	enum hyk_status st;

	hyk_arena_init(&tmp, MAX_TREE_BYTES);
	st = hyk_pattern_build(arena, &tmp, text, src, span, &p, &parsed, diags);
	if (st == HYK_OK)
		st = hyk_pattern_pcre2_compile(arena, parsed.root, &p->pcre2);
	hyk_arena_fini(&tmp);
	if (st == HYK_OK)
		*ret_pattern = p;
	return st;
}

bool
hyk_pattern_search(const struct hyk_pattern *p, struct hyk_str subject, struct hyk_pattern_scratch *s)
{
	struct hyk_pattern_cache *c = hyk_pattern_cache_of(s, p);

	/* Once PCRE2 has given up on a pattern it is not asked again: its next attempt would cost as much. */
	if (p->pcre2 && !c->slow && subject.n <= HYK_PATTERN_PCRE2_MAX_BYTES &&
	    hyk_utf8_valid_prefix(subject) == subject.n) {
		enum hyk_pattern_answer answer = hyk_pattern_pcre2_search(p->pcre2, subject, s);

		if (answer != HYK_PATTERN_GAVE_UP)
			return answer == HYK_PATTERN_YES;
		c->slow = true;
	}
	return hyk_pattern_search_automaton(p, subject, s);
}
