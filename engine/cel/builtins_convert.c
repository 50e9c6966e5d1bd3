/* SPDX-License-Identifier: Apache-2.0 */
/* cel/builtins_convert.c - conversions between types, sizes, optionals and base64. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cel/net.h"
#include "cel/program.h"
#include "value/number.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)
#define UNUSED (void)c, (void)a, (void)n

static struct hyk_value
range(struct hyk_cel_ctx *c)
{
	return hyk_cel_fail(c, "the number is out of range");
}

static struct hyk_value
cannot(struct hyk_cel_ctx *c, struct hyk_value v, const char *what)
{
	return hyk_cel_failf(c, "'%.*s' is not %s", (int)(v.n > 100 ? 100 : v.n), v.as.s, what);
}

FN(to_bool)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True" };
	static const char *const no[] = { "0", "f", "F", "false", "FALSE", "False" };

	(void)n;
	if (a[0].kind == HYK_BOOL)
		return a[0];
	for (size_t i = 0; i < HYK_ARRAY_LEN(yes); i++) {
		if (hyk_str_eq_c(hyk_value_str(a[0]), yes[i]))
			return hyk_bool(true);
		if (hyk_str_eq_c(hyk_value_str(a[0]), no[i]))
			return hyk_bool(false);
	}
	return cannot(c, a[0], "a bool");
}

FN(to_bytes)
{
	struct hyk_value v = a[0];

	UNUSED;
	v.kind = HYK_BYTES;
	return v;
}

FN(to_dyn)
{
	UNUSED;
	return a[0];
}

FN(to_double)
{
	struct hyk_str s = hyk_value_str(a[0]);
	double d;

	(void)n;
	if (a[0].kind == HYK_INT)
		return hyk_double((double)a[0].as.i);
	if (a[0].kind == HYK_UINT)
		return hyk_double((double)a[0].as.u);
	if (a[0].kind == HYK_DOUBLE)
		return a[0];
	if (hyk_str_eq_c(s, "NaN"))
		return hyk_double((double)NAN);
	if (hyk_str_eq_c(s, "Infinity") || hyk_str_eq_c(s, "+Infinity") || hyk_str_eq_c(s, "Inf") || hyk_str_eq_c(s, "+Inf"))
		return hyk_double((double)INFINITY);
	if (hyk_str_eq_c(s, "-Infinity") || hyk_str_eq_c(s, "-Inf"))
		return hyk_double(-(double)INFINITY);
	if (s.n > 1 && s.p[0] == '+' && s.p[1] != '-')
		s = hyk_str_make(s.p + 1, s.n - 1);
	return hyk_str_to_double(s, &d) ? hyk_double(d) : cannot(c, a[0], "a double");
}

FN(to_int)
{
	struct hyk_str s = hyk_value_str(a[0]);
	int64_t i;

	(void)n;
	switch ((int)a[0].kind) {
	case HYK_UINT:
		return a[0].as.u > INT64_MAX ? range(c) : hyk_int((int64_t)a[0].as.u);
	case HYK_DOUBLE:
		/* the borders themselves are refused, as doubles near them are not exact; NaN fails both */
		if (!(a[0].as.d > -9223372036854775808.0 && a[0].as.d < 9223372036854775808.0))
			return range(c);
		return hyk_int((int64_t)a[0].as.d);
	case HYK_STRING:
		if (s.n > 1 && s.p[0] == '+' && s.p[1] >= '0' && s.p[1] <= '9')
			s = hyk_str_make(s.p + 1, s.n - 1);
		return hyk_str_to_i64(s, &i) ? hyk_int(i) : cannot(c, a[0], "an int");
	case HYK_TIMESTAMP:
		return hyk_int(a[0].as.i);
	default:
		return a[0];
	}
}

FN(to_uint)
{
	uint64_t u;

	(void)n;
	switch ((int)a[0].kind) {
	case HYK_INT:
		return a[0].as.i < 0 ? range(c) : hyk_uint((uint64_t)a[0].as.i);
	case HYK_DOUBLE:
		if (!(a[0].as.d >= 0 && a[0].as.d < 18446744073709551616.0))
			return range(c);
		return hyk_uint((uint64_t)a[0].as.d);
	case HYK_STRING:
		return hyk_str_to_u64(hyk_value_str(a[0]), &u) ? hyk_uint(u) : cannot(c, a[0], "a uint");
	default:
		return a[0];
	}
}

FN(to_string)
{
	struct hyk_str s = { NULL, 0 };
	char text[64];

	(void)n;
	switch ((int)a[0].kind) {
	case HYK_BYTES:
		if (hyk_utf8_valid_prefix(hyk_value_str(a[0])) != a[0].n)
			return hyk_cel_fail(c, "the bytes are not UTF-8");
		return hyk_string(hyk_value_str(a[0]));
	case HYK_BOOL:
		return hyk_string(a[0].as.b ? HYK_STR("true") : HYK_STR("false"));
	case HYK_INT:
		s = hyk_str_make(text, (size_t)snprintf(text, sizeof(text), "%" PRId64, a[0].as.i));
		break;
	case HYK_UINT:
		s = hyk_str_make(text, (size_t)snprintf(text, sizeof(text), "%" PRIu64, a[0].as.u));
		break;
	case HYK_DOUBLE:
		s = hyk_str_make(text, hyk_double_format(a[0].as.d, text));
		if (a[0].as.d == 0 && signbit(a[0].as.d))
			s = HYK_STR("-0");
		break;
	case HYK_TIMESTAMP:
		s = hyk_str_make(text, hyk_timestamp_format(a[0], text));
		break;
	case HYK_DURATION:
		s = hyk_str_make(text, hyk_duration_format(a[0], text));
		break;
	default:
		return a[0];
	}
	s = hyk_arena_dup(c->arena, s);
	return s.p ? hyk_string(s) : hyk_cel_no_memory();
}

FN(to_timestamp)
{
	struct hyk_value v;

	(void)n;
	if (a[0].kind == HYK_TIMESTAMP)
		return a[0];
	if (a[0].kind == HYK_INT) {
		if (a[0].as.i < HYK_TIMESTAMP_MIN_S || a[0].as.i > HYK_TIMESTAMP_MAX_S)
			return hyk_cel_fail(c, "the time is outside of the years 1 to 9999");
		return hyk_timestamp(a[0].as.i, 0);
	}
	return hyk_timestamp_parse(hyk_value_str(a[0]), &v) ? v : cannot(c, a[0], "a time such as 2026-05-09T14:00:00+09:00");
}

FN(to_duration)
{
	struct hyk_value v;

	(void)n;
	if (a[0].kind == HYK_DURATION)
		return a[0];
	return hyk_duration_parse(hyk_value_str(a[0]), &v) ? v : cannot(c, a[0], "a duration such as 1h30m");
}

static enum hyk_type_kind
type_kind(struct hyk_value v)
{
	static const uint8_t kinds[] = { [HYK_NULL] = HYK_T_NULL, [HYK_BOOL] = HYK_T_BOOL, [HYK_INT] = HYK_T_INT,
		[HYK_UINT] = HYK_T_UINT, [HYK_DOUBLE] = HYK_T_DOUBLE, [HYK_STRING] = HYK_T_STRING,
		[HYK_BYTES] = HYK_T_BYTES, [HYK_LIST] = HYK_T_LIST, [HYK_MAP] = HYK_T_MAP,
		[HYK_TIMESTAMP] = HYK_T_TIMESTAMP, [HYK_DURATION] = HYK_T_DURATION, [HYK_TYPE] = HYK_T_TYPE,
		[HYK_OPTIONAL] = HYK_T_OPTIONAL, [HYK_NET] = HYK_T_IP };
	const struct hyk_cel_net *net = v.kind == HYK_NET ? v.as.net : NULL;

	if (net && net->is_cidr)
		return HYK_T_CIDR;
	return v.kind < HYK_ARRAY_LEN(kinds) ? (enum hyk_type_kind)kinds[v.kind] : HYK_T_DYN;
}

FN(to_type)
{
	UNUSED;
	return (struct hyk_value){ .kind = HYK_TYPE, .as.type = hyk_type_basic(type_kind(a[0])) };
}

FN(size)
{
	UNUSED;
	switch ((int)a[0].kind) {
	case HYK_STRING:
		return hyk_int((int64_t)hyk_utf8_length(hyk_value_str(a[0])));
	case HYK_LIST:
		return hyk_int(a[0].as.list->n);
	case HYK_MAP:
		return hyk_int(a[0].as.map->n);
	default:
		return hyk_int(a[0].n);
	}
}

/* Optionals ------------------------------------------------------------- */

FN(optional_none)
{
	UNUSED;
	return (struct hyk_value){ .kind = HYK_OPTIONAL };
}

FN(optional_of)
{
	(void)n;
	return hyk_cel_some(c, a[0]);
}

static bool
is_zero(struct hyk_value v)
{
	switch ((enum hyk_kind)v.kind) {
	case HYK_NULL:
		return true;
	case HYK_BOOL:
		return !v.as.b;
	case HYK_INT:
	case HYK_UINT:
	case HYK_DURATION:
		return v.as.u == 0;
	case HYK_DOUBLE:
		return v.as.d == 0;
	case HYK_STRING:
	case HYK_BYTES:
		return v.n == 0;
	case HYK_LIST:
		return v.as.list->n == 0;
	case HYK_MAP:
		return v.as.map->n == 0;
	case HYK_TIMESTAMP:
		/* the zero time of CEL's reference implementation is the first of the year 1 */
		return v.as.i == -62135596800 && v.n == 0;
	case HYK_OPTIONAL:
		return !v.as.opt;
	case HYK_TYPE:
	case HYK_NET:
	case HYK_ABSENT:
	case HYK_UNKNOWN:
	case HYK_ERROR_VALUE:
		return false;
	}
	return false;
}

FN(optional_of_non_zero)
{
	(void)n;
	return is_zero(a[0]) ? (struct hyk_value){ .kind = HYK_OPTIONAL } : hyk_cel_some(c, a[0]);
}

FN(has_value)
{
	UNUSED;
	return hyk_bool(a[0].as.opt != NULL);
}

FN(opt_value)
{
	(void)n;
	return a[0].as.opt ? *a[0].as.opt : hyk_cel_fail(c, "the optional has no value");
}

FN(opt_or)
{
	UNUSED;
	return a[0].as.opt ? a[0] : a[1];
}

FN(opt_or_value)
{
	UNUSED;
	return a[0].as.opt ? *a[0].as.opt : a[1];
}

/* base64 (RFC 4648, section 4), padded; decoding forgives missing padding -- */

FN(base64_encode)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t room = ((size_t)a[0].n + 2) / 3 * 4, k = 0;
	char *p = room <= UINT32_MAX ? hyk_arena_alloc(c->arena, room + 1) : NULL;

	(void)n;
	if (!p)
		return hyk_cel_no_memory();
	for (uint32_t i = 0; i < a[0].n; i += 3) {
		uint32_t left = a[0].n - i;
		uint32_t bits = (uint32_t)(unsigned char)a[0].as.s[i] << 16;

		bits |= left > 1 ? (uint32_t)(unsigned char)a[0].as.s[i + 1] << 8 : 0;
		bits |= left > 2 ? (uint32_t)(unsigned char)a[0].as.s[i + 2] : 0;
		p[k++] = digits[bits >> 18];
		p[k++] = digits[bits >> 12 & 63];
		p[k++] = left > 1 ? digits[bits >> 6 & 63] : '=';
		p[k++] = left > 2 ? digits[bits & 63] : '=';
	}
	return hyk_string(hyk_str_make(p, k));
}

static int
base64_digit(char ch)
{
	if (ch >= 'A' && ch <= 'Z')
		return ch - 'A';
	if (ch >= 'a' && ch <= 'z')
		return ch - 'a' + 26;
	if (ch >= '0' && ch <= '9')
		return ch - '0' + 52;
	return ch == '+' ? 62 : ch == '/' ? 63 : -1;
}

FN(base64_decode)
{
	struct hyk_str s = hyk_value_str(a[0]);
	char *p = hyk_arena_alloc(c->arena, s.n + 1);
	struct hyk_value v;
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t k = 0, padding = 0;

	(void)n;
	if (!p)
		return hyk_cel_no_memory();
	while (s.n && s.p[s.n - 1] == '=' && padding < 2) {
		s.n--;
		padding++;
	}
	if (s.n % 4 == 1 || (padding && (s.n + padding) % 4))
		return cannot(c, a[0], "base64");
	for (size_t i = 0; i < s.n; i++) {
		int d = base64_digit(s.p[i]);

		if (d < 0)
			return cannot(c, a[0], "base64");
		bits = bits << 6 | (uint32_t)d;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			p[k++] = (char)(bits >> n_bits);
		}
	}
	v = hyk_string(hyk_str_make(p, k));
	v.kind = HYK_BYTES;
	return v;
}
