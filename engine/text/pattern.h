/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern.h - regular expressions by RE2's syntax (https://github.com/google/re2/wiki/Syntax), and
 * nothing else: what RE2 refuses is refused here, with the place. Every match ends, in time linear in the
 * subject, and every accepted pattern has an answer.
 *
 * Two runners answer alike: PCRE2, quick on everyday patterns, stopped when it backtracks too much; and an
 * automaton of our own that then takes over. Names with `automaton` in them neither call nor link PCRE2:
 * the jail uses only those.
 *
 * Lifetime:  a pattern lives as long as the arena it was compiled into. A scratch: new -> free.
 * Ownership: the pattern copies its text.
 * Limits:    groups and classes nested 250 deep, {n,m} up to 1000 (nested: their product),
 *            HYK_PATTERN_MAX_INSTS instructions.
 * Threads:   patterns: immutable. A scratch: owning worker only.
 * Errors:    HYK_E_INVALID with a 48x or 49x message; HYK_E_NOMEM; HYK_E_LIMIT (the arena is full).
 */
#ifndef HYK_TEXT_PATTERN_H
#define HYK_TEXT_PATTERN_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"
#include "base/status.h"
#include "base/str.h"

#define HYK_PATTERN_MAX_INSTS 80000u
#define HYK_PATTERN_NONE SIZE_MAX

struct hyk_pattern;
struct hyk_pattern_scratch;

/*
 * `span` is where the pattern's literal stands in src (with or without its quotes); a message points at the
 * character inside it when the literal is plain enough to tell, else at all of it. src may be NULL.
 */
enum hyk_status hyk_pattern_compile(struct hyk_arena *arena, struct hyk_str text, const struct hyk_source *src,
    struct hyk_span span, const struct hyk_pattern **ret_pattern, struct hyk_diags *diags) HYK_MUST_CHECK;
/* The same without PCRE2. `tmp` (not the same arena) holds what is needed only while compiling; it is rewound. */
enum hyk_status hyk_pattern_compile_automaton(struct hyk_arena *arena, struct hyk_arena *tmp, struct hyk_str text,
    const struct hyk_source *src, struct hyk_span span, const struct hyk_pattern **ret_pattern,
    struct hyk_diags *diags) HYK_MUST_CHECK;

/* Memory for all patterns, taken at once: no search allocates but PCRE2's first. NULL: no memory. */
struct hyk_pattern_scratch *hyk_pattern_scratch_new(void) HYK_MUST_CHECK;
/* Room for hyk_pattern_find of any pattern with at most so many instructions and groups, where malloc cannot be had later. */
enum hyk_status hyk_pattern_scratch_reserve(struct hyk_pattern_scratch *s, size_t n_insts, size_t n_groups) HYK_MUST_CHECK;
void hyk_pattern_scratch_free(struct hyk_pattern_scratch *s);

/* Does the pattern match anywhere in subject? Bytes that are no UTF-8 match no character. */
bool hyk_pattern_search(const struct hyk_pattern *p, struct hyk_str subject, struct hyk_pattern_scratch *s);
bool hyk_pattern_search_automaton(const struct hyk_pattern *p, struct hyk_str subject, struct hyk_pattern_scratch *s);
/*
 * The same, counted: *steps is how many are allowed, and on return how many are left. The count depends on
 * pattern and subject alone, never on what was searched before. HYK_E_LIMIT: none left, no answer.
 */
enum hyk_status hyk_pattern_search_metered(const struct hyk_pattern *p, struct hyk_str subject,
    struct hyk_pattern_scratch *s, uint64_t *steps, bool *ret_found) HYK_MUST_CHECK;

/* Byte offsets; HYK_PATTERN_NONE in both: the group took no part. */
struct hyk_pattern_match {
	size_t begin, end;
};
/*
 * The leftmost match that begins at `from` or later, as Perl and RE2 choose it: groups[0] is the whole, then the
 * capturing groups; at most n are filled, the rest of groups[] is NONE. Assertions see what is before `from`.
 * Never PCRE2. steps as above, or NULL for no limit. HYK_E_NOMEM when there is no room for the groups.
 */
enum hyk_status hyk_pattern_find(const struct hyk_pattern *p, struct hyk_str subject, size_t from,
    struct hyk_pattern_scratch *s, uint64_t *steps, struct hyk_pattern_match *groups, size_t n,
    bool *ret_found) HYK_MUST_CHECK;

struct hyk_str hyk_pattern_text(const struct hyk_pattern *p);
/* Instructions of the automaton: a search takes at most about this many steps a byte. */
size_t hyk_pattern_n_insts(const struct hyk_pattern *p);
/* Capturing groups, not counting the whole. */
size_t hyk_pattern_n_groups(const struct hyk_pattern *p);
/* From 1; empty when the group has no name. */
struct hyk_str hyk_pattern_group_name(const struct hyk_pattern *p, size_t group);

#endif
