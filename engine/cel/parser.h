/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/parser.h - what parser.c and macros.c share.
 * Threads: one thread at a time.
 */
#ifndef HYK_CEL_PARSER_H
#define HYK_CEL_PARSER_H

#include "cel/ast.h"
#include "cel/lexer.h"

struct hyk_cel_parser {
	const struct hyk_cel_parser_in *in;
	struct hyk_cel_lexer lexer;
	struct hyk_cel_token token; /* the next one */
	struct hyk_span message; /* the brace of the first Type{...}, refused once the rest is known to be CEL; n 0: none */
	unsigned depth;
	enum hyk_status st; /* not HYK_OK: give up */
};

/* NULL after st was set. */
struct hyk_cel_node *hyk_cel_parser_node(struct hyk_cel_parser *p, enum hyk_cel_node_kind kind, struct hyk_span from,
    struct hyk_span to);
/* Room for n arguments; false after st was set. */
bool hyk_cel_parser_args(struct hyk_cel_parser *p, struct hyk_cel_node *node, size_t n);
/* Sets depth from the arguments; NULL (and st) when too deep. */
struct hyk_cel_node *hyk_cel_parser_done(struct hyk_cel_parser *p, struct hyk_cel_node *node);

/*
 * Turns a parsed call into its macro node, or gives it back when it is no macro.
 * NULL after a message: the macro was used wrongly.
 */
struct hyk_cel_node *hyk_cel_macro_expand(struct hyk_cel_parser *p, struct hyk_cel_node *call);

#endif
