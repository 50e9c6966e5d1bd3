/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/pattern.h - the patterns of Lua (reference manual 6.4.1), every step charged.
 *
 * Threads:   one thread at a time.
 * Errors:    Lua errors for malformed patterns and for a budget used up.
 */
#ifndef HYK_SANDBOX_PATTERN_H
#define HYK_SANDBOX_PATTERN_H

#include <lua.h>

#include "base/str.h"

#define HYK_PATTERN_CAPTURES 32
#define HYK_PATTERN_DEPTH 200

struct hyk_pattern_capture {
	const char *p;
	ptrdiff_t n; /* or one of the two below */
};
#define HYK_CAPTURE_OPEN (-1)
#define HYK_CAPTURE_POSITION (-2)

struct hyk_pattern {
	lua_State *L;
	const char *text, *text_end, *pattern, *pattern_end;
	int depth, n_captures;
	struct hyk_pattern_capture captures[HYK_PATTERN_CAPTURES];
};

/* `pattern` without its leading '^'. */
void hyk_pattern_init(
    struct hyk_pattern *m, lua_State *L, struct hyk_str text, struct hyk_str pattern);
/* Matches at `s` exactly; the end, or NULL. */
const char *hyk_pattern_match(struct hyk_pattern *m, const char *s);
/* Pushes capture i, or the whole match when there are none. */
void hyk_pattern_push_capture(struct hyk_pattern *m, int i, const char *s, const char *e);
/* All captures (the whole match when there are none and `whole`); how many. */
int hyk_pattern_push_captures(struct hyk_pattern *m, const char *s, const char *e, bool whole);

#endif
