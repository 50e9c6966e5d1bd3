/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/pattern.h"

#include <lauxlib.h>
#include <string.h>

#include "sandbox/meter.h"

void
hyk_pattern_init(struct hyk_pattern *m, lua_State *L, struct hyk_str text, struct hyk_str pattern)
{
	m->L = L;
	m->text = text.p;
	m->text_end = text.p + text.n;
	m->pattern = pattern.p;
	m->pattern_end = pattern.p + pattern.n;
	m->depth = 0;
	m->n_captures = 0;
}

/* ASCII only, whatever the locale says. */
static bool
in_class(unsigned char c, unsigned char class)
{
	bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z',
	     digit = c >= '0' && c <= '9';
	bool res;

	switch (class | 32) {
	case 'a':
		res = upper || lower;
		break;
	case 'c':
		res = c < 32 || c == 127;
		break;
	case 'd':
		res = digit;
		break;
	case 'g':
		res = c > 32 && c < 127;
		break;
	case 'l':
		res = lower;
		break;
	case 'p':
		res = c > 32 && c < 127 && !upper && !lower && !digit;
		break;
	case 's':
		res = c == ' ' || (c >= 9 && c <= 13);
		break;
	case 'u':
		res = upper;
		break;
	case 'w':
		res = upper || lower || digit;
		break;
	case 'x':
		res = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		break;
	case 'z': /* no longer in the manual, still in the library */
		res = c == 0;
		break;
	default:
		return class == c;
	}
	/* An upper-case letter means all others; the letters above are all that get here. */
	return class >= 'A' && class <= 'Z' ? !res : res;
}

/* The end of the single item at p: a character, '%' and one, or a set. */
static const char *
item_end(struct hyk_pattern *m, const char *p)
{
	unsigned char c = (unsigned char)*p++;

	if (c == '%') {
		if (p == m->pattern_end)
			luaL_error(m->L, "malformed pattern (ends with '%%')");
		return p + 1;
	}
	if (c != '[')
		return p;
	if (p < m->pattern_end && *p == '^')
		p++;
	/* A ']' that comes first is an ordinary character. */
	do {
		if (p == m->pattern_end)
			luaL_error(m->L, "malformed pattern (missing ']')");
		c = (unsigned char)*p++;
		if (c == '%') {
			if (p == m->pattern_end)
				luaL_error(m->L, "malformed pattern (missing ']')");
			p++;
		}
	} while (p == m->pattern_end || *p != ']');
	return p + 1;
}

/* p at '[', end after ']'. */
static bool
in_set(unsigned char c, const char *p, const char *end)
{
	const char *last = end - 1;
	bool found = true;

	p++;
	if (*p == '^') {
		found = false;
		p++;
	}
	while (p < last) {
		if (*p == '%') {
			if (in_class(c, (unsigned char)p[1]))
				return found;
			p += 2;
		} else if (p + 2 < last && p[1] == '-') {
			if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2])
				return found;
			p += 3;
		} else {
			if ((unsigned char)*p == c)
				return found;
			p++;
		}
	}
	return !found;
}

static bool
single(const struct hyk_pattern *m, const char *s, const char *p, const char *end)
{
	unsigned char c;

	if (s >= m->text_end)
		return false;
	c = (unsigned char)*s;
	switch (*p) {
	case '.':
		return true;
	case '%':
		return in_class(c, (unsigned char)p[1]);
	case '[':
		return in_set(c, p, end);
	default:
		return (unsigned char)*p == c;
	}
}

static const char *match(struct hyk_pattern *m, const char *s, const char *p);

static const char *
match_balance(struct hyk_pattern *m, const char *s, const char *p)
{
	size_t open = 1, steps = 0;
	const char *at = s;

	if (m->pattern_end - p < 2)
		luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
	if (s >= m->text_end || *s != p[0])
		return NULL;
	while (++at < m->text_end) {
		if (++steps % 64 == 0)
			hyk_meter_charge(m->L, 16);
		if (*at == p[1]) {
			if (--open == 0)
				return at + 1;
		} else if (*at == p[0]) {
			open++;
		}
	}
	return NULL;
}

/* Every item of a long set is looked at for each character. */
static uint64_t
item_cost(const char *p, const char *end)
{
	return 1 + (uint64_t)(end - p) / 4;
}

static const char *
match_most(struct hyk_pattern *m, const char *s, const char *p, const char *end)
{
	ptrdiff_t i = 0;
	uint64_t cost = item_cost(p, end);

	while (single(m, s + i, p, end)) {
		if (++i % 4 == 0)
			hyk_meter_charge(m->L, cost);
	}
	for (; i >= 0; i--) {
		const char *r = match(m, s + i, end + 1);

		if (r)
			return r;
	}
	return NULL;
}

static const char *
match_least(struct hyk_pattern *m, const char *s, const char *p, const char *end)
{
	for (;;) {
		const char *r = match(m, s, end + 1);

		if (r)
			return r;
		hyk_meter_charge(m->L, item_cost(p, end));
		if (!single(m, s, p, end))
			return NULL;
		s++;
	}
}

static const char *
open_capture(struct hyk_pattern *m, const char *s, const char *p, ptrdiff_t what)
{
	const char *r;

	if (m->n_captures >= HYK_PATTERN_CAPTURES)
		luaL_error(m->L, "too many captures");
	m->captures[m->n_captures].p = s;
	m->captures[m->n_captures].n = what;
	m->n_captures++;
	r = match(m, s, p);
	if (!r)
		m->n_captures--;
	return r;
}

static const char *
close_capture(struct hyk_pattern *m, const char *s, const char *p)
{
	int i = m->n_captures;
	const char *r;

	while (i > 0 && m->captures[i - 1].n != HYK_CAPTURE_OPEN)
		i--;
	if (i == 0)
		luaL_error(m->L, "invalid pattern capture");
	i--;
	m->captures[i].n = s - m->captures[i].p;
	r = match(m, s, p);
	if (!r)
		m->captures[i].n = HYK_CAPTURE_OPEN;
	return r;
}

static const char *
match_again(struct hyk_pattern *m, const char *s, unsigned char digit)
{
	int i = digit - '1';
	size_t n;

	if (i < 0 || i >= m->n_captures || m->captures[i].n == HYK_CAPTURE_OPEN)
		luaL_error(m->L, "invalid capture index %%%d in pattern", i + 1);
	if (m->captures[i].n == HYK_CAPTURE_POSITION)
		return NULL;
	n = (size_t)m->captures[i].n;
	hyk_meter_charge_bytes(m->L, n);
	if (n <= (size_t)(m->text_end - s) && memcmp(m->captures[i].p, s, n) == 0)
		return s + n;
	return NULL;
}

static const char *
match_frontier(struct hyk_pattern *m, const char *s, const char *p, const char **ret_p)
{
	const char *end;
	unsigned char before, after;

	if (p >= m->pattern_end || *p != '[')
		luaL_error(m->L, "missing '[' after '%%f' in pattern");
	end = item_end(m, p);
	before = s == m->text ? 0 : (unsigned char)s[-1];
	after = s == m->text_end ? 0 : (unsigned char)*s;
	hyk_meter_charge(m->L, 2 * item_cost(p, end));
	*ret_p = end;
	return !in_set(before, p, end) && in_set(after, p, end) ? s : NULL;
}

/* One item with its suffix at p; true: go on at *s, *p; false: *s is the answer. */
static bool
match_item(struct hyk_pattern *m, const char **s, const char **p)
{
	const char *end = item_end(m, *p), *r;
	char suffix = end < m->pattern_end ? *end : '\0';

	hyk_meter_charge(m->L, (uint64_t)(end - *p) / 4);
	switch (suffix) {
	case '?':
		if (single(m, *s, *p, end) && (r = match(m, *s + 1, end + 1)) != NULL) {
			*s = r;
			return false;
		}
		*p = end + 1;
		return true;
	case '+':
		*s = single(m, *s, *p, end) ? match_most(m, *s + 1, *p, end) : NULL;
		return false;
	case '*':
		*s = match_most(m, *s, *p, end);
		return false;
	case '-':
		*s = match_least(m, *s, *p, end);
		return false;
	default:
		if (!single(m, *s, *p, end)) {
			*s = NULL;
			return false;
		}
		(*s)++;
		*p = end;
		return true;
	}
}

static const char *
match(struct hyk_pattern *m, const char *s, const char *p)
{
	if (++m->depth > HYK_PATTERN_DEPTH)
		luaL_error(m->L, "pattern too complex");
	while (s && p < m->pattern_end) {
		hyk_meter_charge(m->L, 1);
		if (*p == '(') {
			if (p + 1 < m->pattern_end && p[1] == ')')
				s = open_capture(m, s, p + 2, HYK_CAPTURE_POSITION);
			else
				s = open_capture(m, s, p + 1, HYK_CAPTURE_OPEN);
			break;
		}
		if (*p == ')') {
			s = close_capture(m, s, p + 1);
			break;
		}
		if (*p == '$' && p + 1 == m->pattern_end) {
			if (s != m->text_end)
				s = NULL;
			break;
		}
		if (*p == '%' && p + 1 < m->pattern_end) {
			if (p[1] == 'b') {
				s = match_balance(m, s, p + 2);
				p += 4;
				continue;
			}
			if (p[1] == 'f') {
				s = match_frontier(m, s, p + 2, &p);
				continue;
			}
			if (p[1] >= '0' && p[1] <= '9') {
				s = match_again(m, s, (unsigned char)p[1]);
				p += 2;
				continue;
			}
		}
		if (!match_item(m, &s, &p))
			break;
	}
	m->depth--;
	return s;
}

const char *
hyk_pattern_match(struct hyk_pattern *m, const char *s)
{
	m->n_captures = 0;
	m->depth = 0;
	hyk_meter_charge(m->L, 1);
	return match(m, s, m->pattern);
}

void
hyk_pattern_push_capture(struct hyk_pattern *m, int i, const char *s, const char *e)
{
	if (i >= m->n_captures) {
		if (i != 0)
			luaL_error(m->L, "invalid capture index %%%d", i + 1);
		hyk_meter_charge_bytes(m->L, (size_t)(e - s));
		lua_pushlstring(m->L, s, (size_t)(e - s));
		return;
	}
	if (m->captures[i].n == HYK_CAPTURE_OPEN)
		luaL_error(m->L, "unfinished capture");
	if (m->captures[i].n == HYK_CAPTURE_POSITION) {
		lua_pushinteger(m->L, m->captures[i].p - m->text + 1);
		return;
	}
	hyk_meter_charge_bytes(m->L, (size_t)m->captures[i].n);
	lua_pushlstring(m->L, m->captures[i].p, (size_t)m->captures[i].n);
}

int
hyk_pattern_push_captures(struct hyk_pattern *m, const char *s, const char *e, bool whole)
{
	int n = m->n_captures == 0 && whole ? 1 : m->n_captures;

	luaL_checkstack(m->L, n, "too many captures");
	for (int i = 0; i < n; i++)
		hyk_pattern_push_capture(m, i, s, e);
	return n;
}
