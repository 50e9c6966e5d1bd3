/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_unicode.h - the tables of Unicode that patterns need: version 14.0.
 * Threads: immutable.
 */
#ifndef HYK_TEXT_PATTERN_UNICODE_H
#define HYK_TEXT_PATTERN_UNICODE_H

#include "base/defs.h"
#include "base/str.h"

/* A general category ("L", "Lu") or a script; sorted by name. */
struct hyk_pattern_group {
	struct hyk_str name;
	uint32_t first, n; /* runs */
};

/* Pairs: code points left out since the run before (since 0 for the first of a group), code points in the run. */
extern const uint32_t hyk_pattern_group_runs[];
extern const struct hyk_pattern_group hyk_pattern_groups[];
extern const size_t hyk_pattern_n_named;

/* Sorted by cp. Those that fold to the same form a ring; code points alone in theirs are left out. */
struct hyk_pattern_fold {
	uint32_t cp, next;
};
extern const struct hyk_pattern_fold hyk_pattern_folds[];
extern const size_t hyk_pattern_n_folds;

#endif
