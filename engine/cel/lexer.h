/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/lexer.h - text to tokens, one at a time.
 *
 * Lifetime:  tokens point into the source; unescaped strings are made in the arena.
 * Threads:   one thread at a time.
 * Errors:    a token of kind HYK_CEL_K_BAD after one 4xx message.
 */
#ifndef HYK_CEL_LEXER_H
#define HYK_CEL_LEXER_H

#include "base/diag.h"
#include "base/source.h"
#include "value/value.h"

enum hyk_cel_token_kind {
	HYK_CEL_K_END,
	HYK_CEL_K_BAD,
	HYK_CEL_K_IDENT,   /* text */
	HYK_CEL_K_QUOTED,  /* `text` */
	HYK_CEL_K_RESERVED,
	HYK_CEL_K_IN,
	HYK_CEL_K_LITERAL, /* value; integers are kept as text until their sign is known: value.kind is HYK_ABSENT */
	HYK_CEL_K_OR, HYK_CEL_K_AND,
	HYK_CEL_K_LT, HYK_CEL_K_LE, HYK_CEL_K_GT, HYK_CEL_K_GE, HYK_CEL_K_EQ, HYK_CEL_K_NE,
	HYK_CEL_K_PLUS, HYK_CEL_K_MINUS, HYK_CEL_K_STAR, HYK_CEL_K_SLASH, HYK_CEL_K_PERCENT,
	HYK_CEL_K_NOT, HYK_CEL_K_QUESTION, HYK_CEL_K_COLON, HYK_CEL_K_COMMA, HYK_CEL_K_DOT,
	HYK_CEL_K_OPEN, HYK_CEL_K_CLOSE, HYK_CEL_K_LBRACKET, HYK_CEL_K_RBRACKET, HYK_CEL_K_LBRACE, HYK_CEL_K_RBRACE
};

struct hyk_cel_token {
	enum hyk_cel_token_kind kind;
	struct hyk_span span;
	struct hyk_str text;
	struct hyk_value value;
};

struct hyk_cel_lexer {
	const struct hyk_source *src;
	struct hyk_arena *arena;
	struct hyk_diags *diags;
	size_t at;
	bool no_memory;
};

void hyk_cel_lexer_next(struct hyk_cel_lexer *l, struct hyk_cel_token *ret_token);
/* Of an integer token, with the sign before it. False: out of range. */
bool hyk_cel_lexer_int(const struct hyk_cel_token *t, bool negative, struct hyk_value *ret_v);

#endif
