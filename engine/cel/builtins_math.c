/* SPDX-License-Identifier: Apache-2.0 */
/* cel/builtins_math.c - CEL's math extension, and sum, min, max of lists. */
#include <math.h>

#include "cel/program.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)
#define UNUSED (void)c, (void)a, (void)n

static bool
is_number(struct hyk_value v)
{
	return v.kind == HYK_INT || v.kind == HYK_UINT || v.kind == HYK_DOUBLE;
}

/* The first that is not beaten; want is -1 for the least, 1 for the greatest. */
static struct hyk_value
extreme(struct hyk_cel_ctx *c, const struct hyk_value *items, uint32_t n, int want, bool times)
{
	struct hyk_value best = n ? items[0] : hyk_null();
	int cmp;

	if (!n)
		return hyk_cel_fail(c, "the list is empty");
	for (uint32_t i = 0; i < n; i++) {
		bool time = items[i].kind == HYK_TIMESTAMP || items[i].kind == HYK_DURATION;

		if (!is_number(items[i]) && !(times && time))
			return hyk_cel_fail(c, "no such overload: numbers are needed here");
		if (!hyk_cel_compare(items[i], best, &cmp))
			return hyk_cel_fail(c, "these cannot be compared");
		if (cmp == want)
			best = items[i];
	}
	return best;
}

static struct hyk_value
extreme_args(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n, int want)
{
	if (n == 1 && a[0].kind == HYK_LIST)
		return extreme(c, a[0].as.list->items, a[0].as.list->n, want, false);
	for (unsigned i = 0; i < n; i++) {
		/* the dispatcher of a variadic function lets everything through */
		if (a[i].kind >= HYK_ABSENT)
			return a[i];
	}
	return extreme(c, a, n, want, false);
}

FN(greatest)
{
	return extreme_args(c, a, n, 1);
}

FN(least)
{
	return extreme_args(c, a, n, -1);
}

FN(list_max)
{
	(void)n;
	return extreme(c, a[0].as.list->items, a[0].as.list->n, 1, true);
}

FN(list_min)
{
	(void)n;
	return extreme(c, a[0].as.list->items, a[0].as.list->n, -1, true);
}

static struct hyk_value
sum(struct hyk_cel_ctx *c, const struct hyk_vlist *list, struct hyk_value zero)
{
	struct hyk_value total = list->n ? list->items[0] : zero;

	for (uint32_t i = 0; i < list->n; i++) {
		struct hyk_value v = list->items[i];
		bool over = false;

		if (v.kind != total.kind || !(is_number(v) || v.kind == HYK_DURATION))
			return hyk_cel_fail(c, "no such overload: numbers or durations of one type are needed here");
		if (i == 0)
			continue;
		if (v.kind == HYK_DOUBLE)
			total.as.d += v.as.d;
		else if (v.kind == HYK_UINT)
			over = __builtin_add_overflow(total.as.u, v.as.u, &total.as.u);
		else
			over = __builtin_add_overflow(total.as.i, v.as.i, &total.as.i);
		if (over)
			return hyk_cel_fail(c, "the sum is too large for its type");
	}
	return total;
}

/* One a type: the sum of an empty list has a type too. */
#define SUM_FN(name, zero)                                                                         \
	FN(name)                                                                                   \
	{                                                                                          \
		(void)n;                                                                           \
		return sum(c, a[0].as.list, (zero));                                               \
	}
SUM_FN(sum, hyk_int(0))
SUM_FN(sum_uint, hyk_uint(0))
SUM_FN(sum_double, hyk_double(0))
SUM_FN(sum_duration, hyk_duration(0))

#define DOUBLE_FN(name, expr)                                                                      \
	FN(name)                                                                                   \
	{                                                                                          \
		double d = a[0].as.d;                                                              \
                                                                                                   \
		UNUSED;                                                                            \
		return expr;                                                                       \
	}
DOUBLE_FN(ceil, hyk_double(ceil(d)))
DOUBLE_FN(floor, hyk_double(floor(d)))
DOUBLE_FN(round, hyk_double(round(d)))
DOUBLE_FN(trunc, hyk_double(trunc(d)))
DOUBLE_FN(is_nan, hyk_bool(isnan(d)))
DOUBLE_FN(is_inf, hyk_bool(isinf(d)))
DOUBLE_FN(is_finite, hyk_bool(isfinite(d)))

FN(sqrt)
{
	UNUSED;
	return hyk_double(sqrt(a[0].kind == HYK_DOUBLE ? a[0].as.d
	                       : a[0].kind == HYK_INT  ? (double)a[0].as.i
	                                               : (double)a[0].as.u));
}

FN(abs)
{
	(void)n;
	if (a[0].kind == HYK_DOUBLE)
		return hyk_double(fabs(a[0].as.d));
	if (a[0].kind == HYK_UINT || a[0].as.i >= 0)
		return a[0];
	return a[0].as.i == INT64_MIN ? hyk_cel_fail(c, "the result is too large for its type") : hyk_int(-a[0].as.i);
}

FN(sign)
{
	UNUSED;
	if (a[0].kind == HYK_DOUBLE)
		return isnan(a[0].as.d) ? a[0] : hyk_double((a[0].as.d > 0) - (a[0].as.d < 0));
	if (a[0].kind == HYK_UINT)
		return hyk_uint(a[0].as.u > 0);
	return hyk_int((a[0].as.i > 0) - (a[0].as.i < 0));
}

/* The bits of an int are those of the uint in its place. */
#define BIT_FN(name, expr)                                                                         \
	FN(name)                                                                                   \
	{                                                                                          \
		struct hyk_value v = a[0];                                                         \
                                                                                                   \
		UNUSED;                                                                            \
		v.as.u = (expr);                                                                   \
		return v;                                                                          \
	}
BIT_FN(bit_and, a[0].as.u & a[1].as.u)
BIT_FN(bit_or, a[0].as.u | a[1].as.u)
BIT_FN(bit_xor, a[0].as.u ^ a[1].as.u)
BIT_FN(bit_not, ~a[0].as.u)

static struct hyk_value
shift(struct hyk_cel_ctx *c, const struct hyk_value *a, bool left)
{
	struct hyk_value v = a[0];

	if (a[1].as.i < 0)
		return hyk_cel_fail(c, "the number of bits is negative");
	if (a[1].as.i >= 64)
		v.as.u = 0;
	else
		v.as.u = left ? v.as.u << a[1].as.i : v.as.u >> a[1].as.i;
	return v;
}

FN(shift_left)
{
	(void)n;
	return shift(c, a, true);
}

FN(shift_right)
{
	(void)n;
	return shift(c, a, false);
}
