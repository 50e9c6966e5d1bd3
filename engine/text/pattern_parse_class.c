/* SPDX-License-Identifier: Apache-2.0 */
/* text/pattern_parse_class.c - brackets, \d \s \w, [:alpha:], \p{...} and single characters by escapes. */
#include "text/pattern_parse.h"

#include "base/utf8.h"

/* ASCII sets as pairs of ends. */
struct ascii_set {
	const char *name;
	const char *pairs;
};

static const struct ascii_set posix_sets[] = {
	{ "alnum", "09AZaz" },
	{ "alpha", "AZaz" },
	{ "ascii", "\x01\x7f" }, /* and NUL, added below */
	{ "blank", "\t\t  " },
	{ "cntrl", "\x01\x1f\x7f\x7f" }, /* and NUL */
	{ "digit", "09" },
	{ "graph", "!~" },
	{ "lower", "az" },
	{ "print", " ~" },
	{ "punct", "!/:@[`{~" },
	{ "space", "\t\r  " },
	{ "upper", "AZ" },
	{ "word", "09AZaz__" },
	{ "xdigit", "09AFaf" },
};

static bool
add_pairs(struct hyk_pattern_parser *p, struct hyk_pattern_class *set, const char *pairs)
{
	for (const char *c = pairs; *c; c += 2) {
		if (!hyk_pattern_class_add(p->tmp, set, (unsigned char)c[0], (unsigned char)c[1]))
			return hyk_pattern_parser_nomem(p);
	}
	return true;
}

/* Adds `more` to set: folded first, then turned into its opposite. */
static bool
add_set(struct hyk_pattern_parser *p, struct hyk_pattern_class *set, struct hyk_pattern_class *more, bool negated)
{
	if ((p->flags & HYK_PATTERN_FOLD) && !hyk_pattern_class_add_folds(p->tmp, more))
		return hyk_pattern_parser_nomem(p);
	if (negated && !hyk_pattern_class_negate(p->tmp, more))
		return hyk_pattern_parser_nomem(p);
	for (size_t i = 0; i < more->n; i++) {
		if (!hyk_pattern_class_add(p->tmp, set, more->r[i].lo, more->r[i].hi))
			return hyk_pattern_parser_nomem(p);
	}
	return true;
}

/* \pL \p{Lu} \p{^Lu} \PL at p->at. */
static bool
parse_unicode(struct hyk_pattern_parser *p, struct hyk_pattern_class *set)
{
	size_t from = p->at, at = p->at + 2;
	bool negated = p->text.p[p->at + 1] == 'P', known;
	struct hyk_pattern_class more = { 0 };
	struct hyk_str name = { NULL, 0 };

	if (at < p->text.n && p->text.p[at] == '{') {
		size_t begin = ++at;

		while (at < p->text.n && p->text.p[at] != '}')
			at++;
		if (at >= p->text.n)
			return hyk_pattern_parser_fail(p, HYK_D_PATTERN_CLASS, from, at);
		name = hyk_str_make(p->text.p + begin, at - begin);
		at++;
	} else if (at < p->text.n) {
		size_t begin = at;

		hyk_utf8_next(p->text, &at);
		name = hyk_str_make(p->text.p + begin, at - begin);
	}
	if (name.n > 0 && name.p[0] == '^') {
		negated = !negated;
		name = hyk_str_make(name.p + 1, name.n - 1);
	}
	if (!hyk_pattern_class_add_group(p->tmp, &more, name, &known)) {
		return known ? hyk_pattern_parser_nomem(p)
		             : hyk_pattern_parser_fail(p, HYK_D_PATTERN_CLASS, from, at);
	}
	p->at = at;
	return add_set(p, set, &more, negated);
}

bool
hyk_pattern_parse_shorthand(struct hyk_pattern_parser *p, struct hyk_pattern_class *set, bool *ret_is_class)
{
	char c = p->at + 1 < p->text.n && p->text.p[p->at] == '\\' ? p->text.p[p->at + 1] : '\0';
	struct hyk_pattern_class more = { 0 };
	const char *pairs;

	*ret_is_class = true;
	switch (c) {
	case 'd':
	case 'D':
		pairs = "09";
		break;
	case 's':
	case 'S':
		pairs = "\t\n\f\r  ";
		break;
	case 'w':
	case 'W':
		pairs = "09AZ__az";
		break;
	case 'p':
	case 'P':
		return parse_unicode(p, set);
	default:
		*ret_is_class = false;
		return true;
	}
	p->at += 2;
	return add_pairs(p, &more, pairs) && add_set(p, set, &more, c < 'a');
}

/* [:alpha:] or [:^alpha:] inside brackets; *ret_is_class: it was one. */
static bool
parse_posix(struct hyk_pattern_parser *p, struct hyk_pattern_class *set, bool *ret_is_class)
{
	struct hyk_pattern_class more = { 0 };
	size_t from = p->at, end = from + 2;
	struct hyk_str name;
	bool negated;

	*ret_is_class = false;
	if (!hyk_pattern_parser_looks_at(p, "[:"))
		return true;
	while (end + 1 < p->text.n && !(p->text.p[end] == ':' && p->text.p[end + 1] == ']'))
		end++;
	if (end + 1 >= p->text.n)
		return true; /* then '[' is a character */
	*ret_is_class = true;
	negated = p->text.p[from + 2] == '^';
	name = hyk_str_make(p->text.p + from + 2 + negated, end - from - 2 - negated);
	for (size_t i = 0; i < HYK_ARRAY_LEN(posix_sets); i++) {
		const struct ascii_set *s = &posix_sets[i];

		if (!hyk_str_eq_c(name, s->name))
			continue;
		if (s->pairs[0] == '\x01' && !hyk_pattern_class_add(p->tmp, &more, 0, 1))
			return hyk_pattern_parser_nomem(p);
		p->at = end + 2;
		return add_pairs(p, &more, s->pairs) && add_set(p, set, &more, negated);
	}
	return hyk_pattern_parser_fail(p, HYK_D_PATTERN_CLASS, from, end + 2);
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
	                            : -1;
}

/* After \x : two digits, or any number in braces. */
static bool
parse_hex(struct hyk_pattern_parser *p, size_t from, uint32_t *ret_cp)
{
	struct hyk_str t = p->text;
	uint32_t cp = 0;
	size_t at = p->at;

	if (at < t.n && t.p[at] == '{') {
		size_t first = ++at;

		for (; at < t.n && hex_value(t.p[at]) >= 0; at++) {
			cp = cp * 16 + (uint32_t)hex_value(t.p[at]);
			if (cp > HYK_PATTERN_MAX_RUNE)
				return hyk_pattern_parser_fail(p, HYK_D_PATTERN_ESCAPE, from, at + 1);
		}
		if (at == first || at >= t.n || t.p[at] != '}')
			return hyk_pattern_parser_fail(p, HYK_D_PATTERN_ESCAPE, from, at);
		at++;
	} else {
		if (at + 1 >= t.n || hex_value(t.p[at]) < 0 || hex_value(t.p[at + 1]) < 0)
			return hyk_pattern_parser_fail(p, HYK_D_PATTERN_ESCAPE, from, at);
		cp = (uint32_t)(hex_value(t.p[at]) * 16 + hex_value(t.p[at + 1]));
		at += 2;
	}
	p->at = at;
	*ret_cp = cp;
	return true;
}

bool
hyk_pattern_parse_escape(struct hyk_pattern_parser *p, uint32_t *ret_cp)
{
	static const char names[] = "aftnrv", values[] = "\a\f\t\n\r\v";
	size_t from = p->at;
	struct hyk_str t = p->text;
	const char *name;
	uint32_t c;

	if (++p->at >= t.n)
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_BACKSLASH, from, from + 1);
	c = hyk_utf8_next(t, &p->at);
	if (c >= '0' && c <= '7') {
		bool more = p->at < t.n && t.p[p->at] >= '0' && t.p[p->at] <= '7';

		/* One digit other than 0 would be a back reference. */
		if (c != '0' && !more)
			return hyk_pattern_parser_fail(p, HYK_D_PATTERN_BACKREF, from, p->at);
		*ret_cp = c - '0';
		for (unsigned i = 0; i < 2 && p->at < t.n && t.p[p->at] >= '0' && t.p[p->at] <= '7'; i++)
			*ret_cp = *ret_cp * 8 + (uint32_t)(t.p[p->at++] - '0');
		return true;
	}
	if (c == 'x')
		return parse_hex(p, from, ret_cp);
	name = c > 0 && c < 0x80 ? strchr(names, (int)c) : NULL;
	if (name) {
		*ret_cp = (unsigned char)values[name - names];
		return true;
	}
	if (c == '8' || c == '9' || c == 'k' || c == 'g')
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_BACKREF, from, p->at);
	if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) {
		*ret_cp = c;
		return true;
	}
	return hyk_pattern_parser_fail(p, HYK_D_PATTERN_ESCAPE, from, p->at);
}

/* One character inside brackets. */
static bool
parse_member(struct hyk_pattern_parser *p, size_t open, uint32_t *ret_cp)
{
	if (p->at >= p->text.n)
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_BRACKET, open, open + 1);
	if (p->text.p[p->at] == '\\')
		return hyk_pattern_parse_escape(p, ret_cp);
	*ret_cp = hyk_utf8_next(p->text, &p->at);
	return true;
}

/* a or a-z inside brackets. */
static bool
parse_range(struct hyk_pattern_parser *p, size_t open, struct hyk_pattern_class *set)
{
	struct hyk_pattern_class more = { 0 };
	size_t from = p->at;
	uint32_t lo, hi;

	if (!parse_member(p, open, &lo))
		return false;
	hi = lo;
	if (p->at + 1 < p->text.n && p->text.p[p->at] == '-' && p->text.p[p->at + 1] != ']') {
		p->at++;
		if (!parse_member(p, open, &hi))
			return false;
		if (hi < lo)
			return hyk_pattern_parser_fail(p, HYK_D_PATTERN_RANGE, from, p->at);
	}
	if (!hyk_pattern_class_add(p->tmp, &more, lo, hi))
		return hyk_pattern_parser_nomem(p);
	return add_set(p, set, &more, false);
}

bool
hyk_pattern_parse_brackets(struct hyk_pattern_parser *p, struct hyk_pattern_class *ret_set)
{
	struct hyk_pattern_class set = { 0 };
	size_t open = p->at++;
	bool negated = p->at < p->text.n && p->text.p[p->at] == '^', first = true;

	p->at += negated;
	for (; p->at < p->text.n && (first || p->text.p[p->at] != ']'); first = false) {
		bool is_class;

		if (!parse_posix(p, &set, &is_class))
			return false;
		if (is_class)
			continue;
		if (!hyk_pattern_parse_shorthand(p, &set, &is_class))
			return false;
		if (!is_class && !parse_range(p, open, &set))
			return false;
	}
	if (p->at >= p->text.n)
		return hyk_pattern_parser_fail(p, HYK_D_PATTERN_BRACKET, open, open + 1);
	p->at++;
	hyk_pattern_class_normalize(&set);
	if (negated && !hyk_pattern_class_negate(p->tmp, &set))
		return hyk_pattern_parser_nomem(p);
	*ret_set = set;
	return true;
}
