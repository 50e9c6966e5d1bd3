/* SPDX-License-Identifier: Apache-2.0 */
/* text/pattern_parse.h - between the two files of the parser. */
#ifndef HYK_TEXT_PATTERN_PARSE_H
#define HYK_TEXT_PATTERN_PARSE_H

#include "text/pattern_impl.h"

enum hyk_pattern_flag {
	HYK_PATTERN_FOLD = 1,
	HYK_PATTERN_LINES = 2,
	HYK_PATTERN_DOT_ALL = 4,
	HYK_PATTERN_UNGREEDY = 8
};

struct hyk_pattern_parser {
	struct hyk_arena *arena, *tmp;
	struct hyk_str text;
	size_t at;
	unsigned flags; /* enum hyk_pattern_flag */
	struct hyk_str *names; /* [0] is not used */
	size_t n_groups, room_names;
	const struct hyk_source *src;
	struct hyk_span span;
	struct hyk_diags *diags;
	enum hyk_status st;
};

/* These two note the first failure and return false. */
bool hyk_pattern_parser_fail(struct hyk_pattern_parser *p, enum hyk_diag_id id, size_t at, size_t end);
bool hyk_pattern_parser_nomem(struct hyk_pattern_parser *p);
bool hyk_pattern_parser_looks_at(const struct hyk_pattern_parser *p, const char *z);

/* \d \s \w \pL \p{Hangul} and their opposites into `set`, when one stands at p->at. */
bool hyk_pattern_parse_shorthand(struct hyk_pattern_parser *p, struct hyk_pattern_class *set, bool *ret_is_class);
/* [...] at p->at. */
bool hyk_pattern_parse_brackets(struct hyk_pattern_parser *p, struct hyk_pattern_class *ret_set);
/* A single character written with '\', at p->at. */
bool hyk_pattern_parse_escape(struct hyk_pattern_parser *p, uint32_t *ret_cp);

#endif
