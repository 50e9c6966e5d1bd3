/* SPDX-License-Identifier: Apache-2.0 */
/* http/negotiate.c - small readers of header values; each is total: any bytes give an answer. */
#include "http/negotiate.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
hyk_header_is(struct hyk_str value, const char *z)
{
	size_t i;

	for (i = 0; i < value.n && z[i] != '\0'; i++)
		if (lower(value.p[i]) != z[i])
			return false;
	return i == value.n && z[i] == '\0';
}

/* The text before the next `sep`, trimmed; *rest moves past it. */
static struct hyk_str
next_part(struct hyk_str *rest, char sep)
{
	const char *at = rest->n == 0 ? NULL : memchr(rest->p, sep, rest->n);
	struct hyk_str part = *rest;

	if (at == NULL) {
		rest->n = 0;
	} else {
		part.n = (size_t)(at - rest->p);
		*rest = hyk_str_make(at + 1, rest->n - part.n - 1);
	}
	return hyk_str_trim(part);
}

/* "0.25" to 250; -1 when it is no weight. */
static int
read_weight(struct hyk_str q)
{
	int weight, scale = 100;

	if (q.n == 0 || q.n > 5 || (q.p[0] != '0' && q.p[0] != '1') || (q.n > 1 && q.p[1] != '.'))
		return -1;
	weight = (q.p[0] - '0') * 1000;
	for (size_t i = 2; i < q.n; i++) {
		if (q.p[i] < '0' || q.p[i] > '9')
			return -1;
		weight += (q.p[i] - '0') * scale;
		scale /= 10;
	}
	return weight <= 1000 ? weight : -1;
}

static bool
is_language(struct hyk_str range, const char *two)
{
	return range.n >= 2 && lower(range.p[0]) == two[0] && lower(range.p[1]) == two[1] &&
	    (range.n == 2 || range.p[2] == '-');
}

enum hyk_lang
hyk_negotiate_language(struct hyk_str value)
{
	/* -1: not named. What '*' says holds for a language that is not named itself. */
	int en = -1, ko = -1, any = -1;
	bool ko_first = false;

	while (value.n > 0) {
		struct hyk_str item = next_part(&value, ',');
		struct hyk_str range = next_part(&item, ';');
		int weight = 1000;

		while (item.n > 0) {
			struct hyk_str parameter = next_part(&item, ';');

			if (parameter.n >= 2 && lower(parameter.p[0]) == 'q' &&
			    parameter.p[1] == '=')
				weight = read_weight(
				    hyk_str_make(parameter.p + 2, parameter.n - 2));
		}
		if (weight < 0)
			continue;
		if (is_language(range, "ko")) {
			ko_first = ko_first || en < 0;
			ko = weight > ko ? weight : ko;
		} else if (is_language(range, "en")) {
			en = weight > en ? weight : en;
		} else if (hyk_str_eq_c(range, "*")) {
			any = weight > any ? weight : any;
		}
	}
	if (ko < 0 && en < 0)
		return HYK_LANG_EN;
	if (ko < 0)
		ko = any;
	if (en < 0)
		en = any;
	if (ko > 0 && (ko > en || (ko == en && ko_first)))
		return HYK_LANG_KO;
	return HYK_LANG_EN;
}

enum hyk_content
hyk_negotiate_content(struct hyk_str value, struct hyk_str *ret_charset)
{
	struct hyk_str type = next_part(&value, ';');

	if (!hyk_header_is(type, "application/json"))
		return HYK_CONTENT_OTHER;
	while (value.n > 0) {
		struct hyk_str parameter = next_part(&value, ';');
		struct hyk_str name = next_part(&parameter, '=');

		if (!hyk_header_is(name, "charset"))
			continue;
		if (parameter.n >= 2 && parameter.p[0] == '"' &&
		    parameter.p[parameter.n - 1] == '"')
			parameter = hyk_str_make(parameter.p + 1, parameter.n - 2);
		if (!hyk_header_is(parameter, "utf-8") && !hyk_header_is(parameter, "utf8")) {
			*ret_charset = parameter;
			return HYK_CONTENT_CHARSET;
		}
	}
	return HYK_CONTENT_JSON;
}

struct hyk_str
hyk_negotiate_bearer(struct hyk_str value)
{
	struct hyk_str none = { NULL, 0 };

	if (value.n < 8 || !hyk_header_is(hyk_str_make(value.p, 7), "bearer "))
		return none;
	value = hyk_str_trim(hyk_str_make(value.p + 7, value.n - 7));
	if (value.n > 256)
		return none;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return none;
	return value;
}

bool
hyk_negotiate_is_request_id(struct hyk_str value)
{
	if (value.n == 0 || value.n > 128)
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~')
			return false;
	return true;
}

static bool
is_hex(struct hyk_str s, bool all_zero_is_wrong)
{
	bool zero = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		zero = zero && c == '0';
	}
	return !(zero && all_zero_is_wrong);
}

bool
hyk_negotiate_is_traceparent(struct hyk_str v)
{
	return v.n == 55 && v.p[2] == '-' && v.p[35] == '-' && v.p[52] == '-' &&
	    is_hex(hyk_str_make(v.p, 2), false) && memcmp(v.p, "ff", 2) != 0 &&
	    is_hex(hyk_str_make(v.p + 3, 32), true) && is_hex(hyk_str_make(v.p + 36, 16), true) &&
	    is_hex(hyk_str_make(v.p + 53, 2), false);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t
hyk_negotiate_unescape(struct hyk_str sent, char *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < sent.n; i++) {
		char c = sent.p[i];

		if (n == room)
			return SIZE_MAX;
		if (c == '%') {
			int high = i + 2 < sent.n ? hex_digit(sent.p[i + 1]) : -1;
			int low = i + 2 < sent.n ? hex_digit(sent.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return SIZE_MAX;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		out[n++] = c;
	}
	return n;
}
