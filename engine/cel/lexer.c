/* SPDX-License-Identifier: Apache-2.0 */
/* cel/lexer.c - tokens of CEL: https://github.com/google/cel-spec, doc/langdef.md, "Syntax". */
#include "cel/lexer.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

static int
peek(const struct hyk_cel_lexer *l, size_t ahead)
{
	return l->at + ahead < l->src->text.n ? (unsigned char)l->src->text.p[l->at + ahead] : -1;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int
hex_digit(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
is_word(int c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && is_digit(c));
}

static struct hyk_span
span_of(size_t from, size_t to)
{
	return (struct hyk_span){ (uint32_t)from, (uint32_t)(to - from) };
}

/* The range shown is from .. to; `anchor` is where the longest token that is one ends and the rest is none. */
static void
bad_at(struct hyk_cel_lexer *l, struct hyk_cel_token *t, enum hyk_diag_id id, size_t from, size_t to, size_t anchor)
{
	struct hyk_str text = hyk_str_make(l->src->text.p + from, to - from);
	struct hyk_diag *d;

	if (t->kind == HYK_CEL_K_BAD)
		return;
	if (text.n > 40)
		text.n = hyk_utf8_valid_prefix(hyk_str_make(text.p, 40));
	t->kind = HYK_CEL_K_BAD;
	d = HYK_DIAG(l->diags, id, l->src, span_of(from, to), text);
	hyk_diag_anchor(d, l->src, (uint32_t)anchor);
}

static void
bad(struct hyk_cel_lexer *l, struct hyk_cel_token *t, enum hyk_diag_id id, size_t from, size_t to)
{
	bad_at(l, t, id, from, to, from);
}

static void
skip_blanks(struct hyk_cel_lexer *l)
{
	for (;;) {
		int c = peek(l, 0);

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
			l->at++;
		} else if (c == '/' && peek(l, 1) == '/') {
			while (l->at < l->src->text.n && l->src->text.p[l->at] != '\n')
				l->at++;
		} else {
			return;
		}
	}
}

/* Strings ------------------------------------------------------------- */

struct text_form {
	bool raw, bytes, triple;
	char quote;
	size_t prefix; /* letters before the quote */
};

/* n hex digits at l->at; negative when they are not there. */
static int64_t
take_hex(struct hyk_cel_lexer *l, unsigned n)
{
	int64_t cp = 0;

	for (unsigned i = 0; i < n; i++) {
		int d = hex_digit(peek(l, i));

		if (d < 0)
			return -1;
		cp = cp * 16 + d;
	}
	l->at += n;
	return cp;
}

/* Code point (or byte) of the escape after a backslash; -1: no such escape. */
static int64_t
take_escape(struct hyk_cel_lexer *l, bool bytes, bool *ret_byte)
{
	static const char from[] = "abfnrtv\\'\"`?", to[] = "\a\b\f\n\r\t\v\\'\"`?";
	int c = peek(l, 0);
	const char *p = c > 0 ? strchr(from, c) : NULL;

	*ret_byte = false;
	if (c < 0)
		return -1;
	if (p) {
		l->at++;
		return to[p - from];
	}
	if (c == 'x' || c == 'X') {
		l->at++;
		*ret_byte = bytes;
		return take_hex(l, 2);
	}
	if ((c == 'u' || c == 'U') && !bytes) {
		l->at++;
		return take_hex(l, c == 'u' ? 4 : 8);
	}
	if (c >= '0' && c <= '3') {
		int b = peek(l, 1), d = peek(l, 2);

		if (b < '0' || b > '7' || d < '0' || d > '7')
			return -1;
		l->at += 3;
		*ret_byte = bytes;
		return (c - '0') * 64 + (b - '0') * 8 + (d - '0');
	}
	return -1;
}

/* \uXXXX or \UXXXXXXXX follows, whose first letter is not taken yet? */
static bool
is_long_escape(const struct hyk_cel_lexer *l)
{
	size_t n = peek(l, 0) == 'u' ? 4 : peek(l, 0) == 'U' ? 8 : 0;

	for (size_t i = 1; i <= n; i++) {
		if (hex_digit(peek(l, i)) < 0)
			return false;
	}
	return n > 0;
}

static bool
at_end(const struct hyk_cel_lexer *l, const struct text_form *f)
{
	if (peek(l, 0) != f->quote)
		return false;
	return !f->triple || (peek(l, 1) == f->quote && peek(l, 2) == f->quote);
}

/* l->at stands after the opening quotes. */
static void
take_text(struct hyk_cel_lexer *l, const struct text_form *f, size_t from, struct hyk_cel_token *t)
{
	/* a text that is none: its prefix is a name and its first two quotes of three are an empty text */
	size_t start = l->at, n = 0, anchor = from + f->prefix + (f->triple ? 2 : 0);
	char *out = NULL;
	struct hyk_str s;

	for (;;) {
		size_t here = l->at;
		int c = peek(l, 0);
		bool is_byte;
		int64_t cp;
		char utf8[4];
		size_t k;

		if (c < 0 || (!f->triple && (c == '\n' || c == '\r'))) {
			bad_at(l, t, HYK_D_CEL_TEXT_OPEN, from, from + (f->triple ? 3 : 1), anchor);
			return;
		}
		if (at_end(l, f))
			break;
		if (c != '\\' || f->raw) {
			if (out)
				out[n++] = (char)c;
			l->at++;
			continue;
		}
		if (!out) {
			n = l->at - start;
			out = hyk_arena_alloc(l->arena, l->src->text.n - start + 4);
			if (!out) {
				l->no_memory = true;
				t->kind = HYK_CEL_K_BAD;
				return;
			}
			memcpy(out, l->src->text.p + start, n);
		}
		l->at++;
		cp = take_escape(l, f->bytes, &is_byte);
		if (cp < 0) {
			size_t end = here + 1;
			/* \u in bytes is a token still, and wrong as a whole */
			bool is_code_point = f->bytes && is_long_escape(l);

			hyk_utf8_next(l->src->text, &end);
			bad_at(l, t, HYK_D_CEL_ESCAPE, here, end > l->src->text.n ? l->src->text.n : end,
			    is_code_point ? from : anchor);
			if (l->at < end)
				l->at = end;
			continue;
		}
		if (is_byte) {
			out[n++] = (char)cp;
			continue;
		}
		k = cp <= 0x10ffff ? hyk_utf8_encode((uint32_t)cp, utf8) : 0;
		if (!k) {
			bad_at(l, t, HYK_D_CEL_ESCAPE_RANGE, here, l->at, from);
			continue;
		}
		memcpy(out + n, utf8, k);
		n += k;
	}
	s = out ? hyk_str_make(out, n) : hyk_str_make(l->src->text.p + start, l->at - start);
	l->at += f->triple ? 3 : 1;
	if (t->kind == HYK_CEL_K_BAD)
		return;
	t->kind = HYK_CEL_K_LITERAL;
	t->value = hyk_string(s);
	if (f->bytes)
		t->value.kind = HYK_BYTES;
}

/* A string with its prefix (r, b, rb, br in any case) begins here? */
static bool
text_begins(const struct hyk_cel_lexer *l, struct text_form *f, size_t *ret_prefix)
{
	size_t i = 0;

	*f = (struct text_form){ 0 };
	for (; i < 2; i++) {
		int c = peek(l, i);

		if ((c == 'r' || c == 'R') && !f->raw)
			f->raw = true;
		else if ((c == 'b' || c == 'B') && !f->bytes)
			f->bytes = true;
		else
			break;
	}
	if (peek(l, i) != '"' && peek(l, i) != '\'')
		return false;
	f->quote = (char)peek(l, i);
	f->triple = peek(l, i + 1) == f->quote && peek(l, i + 2) == f->quote;
	f->prefix = i;
	*ret_prefix = i + (f->triple ? 3 : 1);
	return true;
}

/* Numbers ------------------------------------------------------------- */

bool
hyk_cel_lexer_int(const struct hyk_cel_token *t, bool negative, struct hyk_value *ret_v)
{
	struct hyk_str s = t->text;
	bool is_unsigned = s.p[s.n - 1] == 'u' || s.p[s.n - 1] == 'U';
	unsigned base = 10;
	uint64_t u = 0;

	if (is_unsigned)
		s.n--;
	if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X')) {
		base = 16;
		s = hyk_str_make(s.p + 2, s.n - 2);
	}
	for (size_t i = 0; i < s.n; i++) {
		if (__builtin_mul_overflow(u, base, &u) || __builtin_add_overflow(u, (uint64_t)hex_digit(s.p[i]), &u))
			return false;
	}
	if (is_unsigned) {
		*ret_v = hyk_uint(u);
		return !negative;
	}
	if (u > (uint64_t)INT64_MAX + negative)
		return false;
	*ret_v = hyk_int(negative ? (int64_t)(0 - u) : (int64_t)u);
	return true;
}

static void
take_number(struct hyk_cel_lexer *l, struct hyk_cel_token *t)
{
	size_t from = l->at;
	bool is_double = false;
	double d;

	if (peek(l, 0) == '0' && (peek(l, 1) == 'x' || peek(l, 1) == 'X') && hex_digit(peek(l, 2)) >= 0) {
		l->at += 2;
		while (hex_digit(peek(l, 0)) >= 0)
			l->at++;
	} else {
		while (is_digit(peek(l, 0)))
			l->at++;
		if (peek(l, 0) == '.' && is_digit(peek(l, 1))) {
			is_double = true;
			l->at++;
			while (is_digit(peek(l, 0)))
				l->at++;
		}
		if (peek(l, 0) == 'e' || peek(l, 0) == 'E') {
			size_t sign = peek(l, 1) == '+' || peek(l, 1) == '-' ? 1 : 0;

			if (is_digit(peek(l, 1 + sign))) {
				is_double = true;
				l->at += 1 + sign;
				while (is_digit(peek(l, 0)))
					l->at++;
			}
		}
	}
	if (!is_double && (peek(l, 0) == 'u' || peek(l, 0) == 'U'))
		l->at++;
	t->kind = HYK_CEL_K_LITERAL;
	t->text = hyk_str_make(l->src->text.p + from, l->at - from);
	t->value = hyk_absent();
	if (is_word(peek(l, 0), false)) {
		size_t end = l->at;

		while (is_word(peek(l, 0), false))
			l->at++;
		bad_at(l, t, HYK_D_CEL_NUMBER, from, l->at, end);
		return;
	}
	if (!is_double)
		return;
	/* ".5" is a CEL literal that the converter does not know. */
	if (t->text.p[0] == '.') {
		struct hyk_str full = hyk_arena_printf(l->arena, "0%.*s", HYK_STR_ARG(t->text));

		if (!full.p || !hyk_str_to_double(full, &d)) {
			bad(l, t, HYK_D_CEL_NUMBER_RANGE, from, l->at);
			return;
		}
	} else if (!hyk_str_to_double(t->text, &d)) {
		bad(l, t, HYK_D_CEL_NUMBER_RANGE, from, l->at);
		return;
	}
	t->value = hyk_double(d);
}

/* Words --------------------------------------------------------------- */

static void
take_word(struct hyk_cel_lexer *l, struct hyk_cel_token *t)
{
	static const char *const reserved[] = { "as", "break", "const", "continue", "else", "for", "function", "if",
		"import", "let", "loop", "package", "namespace", "return", "var", "void", "while" };
	size_t from = l->at;

	while (is_word(peek(l, 0), false))
		l->at++;
	t->text = hyk_str_make(l->src->text.p + from, l->at - from);
	t->kind = HYK_CEL_K_IDENT;
	if (hyk_str_eq_c(t->text, "true") || hyk_str_eq_c(t->text, "false")) {
		t->kind = HYK_CEL_K_LITERAL;
		t->value = hyk_bool(t->text.n == 4);
	} else if (hyk_str_eq_c(t->text, "null")) {
		t->kind = HYK_CEL_K_LITERAL;
		t->value = hyk_null();
	} else if (hyk_str_eq_c(t->text, "in")) {
		t->kind = HYK_CEL_K_IN;
	}
	for (size_t i = 0; i < HYK_ARRAY_LEN(reserved); i++) {
		if (hyk_str_eq_c(t->text, reserved[i]))
			t->kind = HYK_CEL_K_RESERVED;
	}
}

static void
take_quoted(struct hyk_cel_lexer *l, struct hyk_cel_token *t)
{
	size_t from = l->at++;

	while (is_word(peek(l, 0), false) || (peek(l, 0) > 0 && strchr(".-/ ", peek(l, 0))))
		l->at++;
	t->kind = HYK_CEL_K_QUOTED;
	t->text = hyk_str_make(l->src->text.p + from + 1, l->at - from - 1);
	if (peek(l, 0) != '`' || !t->text.n) {
		bad(l, t, HYK_D_CEL_QUOTED, from, l->at);
		return;
	}
	l->at++;
}

static void
take_sign(struct hyk_cel_lexer *l, struct hyk_cel_token *t)
{
	static const struct {
		char text[3];
		enum hyk_cel_token_kind kind;
	} signs[] = { { "||", HYK_CEL_K_OR }, { "&&", HYK_CEL_K_AND }, { "<=", HYK_CEL_K_LE }, { ">=", HYK_CEL_K_GE },
		{ "==", HYK_CEL_K_EQ }, { "!=", HYK_CEL_K_NE }, { "<", HYK_CEL_K_LT }, { ">", HYK_CEL_K_GT },
		{ "+", HYK_CEL_K_PLUS }, { "-", HYK_CEL_K_MINUS }, { "*", HYK_CEL_K_STAR }, { "/", HYK_CEL_K_SLASH },
		{ "%", HYK_CEL_K_PERCENT }, { "!", HYK_CEL_K_NOT }, { "?", HYK_CEL_K_QUESTION },
		{ ":", HYK_CEL_K_COLON }, { ",", HYK_CEL_K_COMMA }, { ".", HYK_CEL_K_DOT }, { "(", HYK_CEL_K_OPEN },
		{ ")", HYK_CEL_K_CLOSE }, { "[", HYK_CEL_K_LBRACKET }, { "]", HYK_CEL_K_RBRACKET },
		{ "{", HYK_CEL_K_LBRACE }, { "}", HYK_CEL_K_RBRACE } };
	size_t end = l->at;
	int c = peek(l, 0);

	for (size_t i = 0; i < HYK_ARRAY_LEN(signs); i++) {
		size_t n = signs[i].text[1] ? 2 : 1;

		if (c == signs[i].text[0] && (n == 1 || peek(l, 1) == signs[i].text[1])) {
			l->at += n;
			t->kind = signs[i].kind;
			return;
		}
	}
	hyk_utf8_next(l->src->text, &end);
	bad(l, t, c == '=' || c == '&' || c == '|' ? HYK_D_CEL_SINGLE : HYK_D_CEL_CHARACTER, l->at, end);
	l->at = end;
}

void
hyk_cel_lexer_next(struct hyk_cel_lexer *l, struct hyk_cel_token *ret_token)
{
	struct text_form form;
	size_t from, prefix;
	int c;

	skip_blanks(l);
	from = l->at;
	c = peek(l, 0);
	*ret_token = (struct hyk_cel_token){ .kind = HYK_CEL_K_END };
	if (c < 0)
		;
	else if (text_begins(l, &form, &prefix)) {
		l->at += prefix;
		take_text(l, &form, from, ret_token);
	} else if (is_digit(c) || (c == '.' && is_digit(peek(l, 1))))
		take_number(l, ret_token);
	else if (is_word(c, true))
		take_word(l, ret_token);
	else if (c == '`')
		take_quoted(l, ret_token);
	else
		take_sign(l, ret_token);
	ret_token->span = span_of(from, l->at);
	if (!ret_token->text.p)
		ret_token->text = hyk_str_make(l->src->text.p + from, l->at - from);
}
