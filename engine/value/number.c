/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/number.c - the shortest digits of a double, by asking the C library for 15, 16, 17 of them.
 *
 * 15 digits always survive the way through a normal double, so if they read
 * back as d they are the shortest once their zeros are gone. Just above a power of two
 * the doubles below lie closer than those above, and there the shortest
 * digits can be the neighbour of the nearest ones (2^-44 is one such).
 */
#include "value/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17

struct decimal {
	char digits[DIGITS_MAX + 1]; /* no leading and no trailing zeros */
	int n;
	int point; /* the value is 0.digits * 10^point */
};

static bool
reads_back(const struct decimal *x, double d)
{
	char text[48];

	/* No decimal point, so whatever the locale writes there does not matter. */
	snprintf(text, sizeof(text), "%.*se%d", x->n, x->digits, x->point - x->n);
	return strtod(text, NULL) == d;
}

static void
strip_zeros(struct decimal *x)
{
	while (x->n > 1 && x->digits[x->n - 1] == '0')
		x->n--;
}

/* d > 0 rounded to n digits. */
static void
round_to(double d, int n, struct decimal *x)
{
	char text[64];
	const char *p = text;

	snprintf(text, sizeof(text), "%.*e", n - 1, d);
	x->n = 0;
	for (; *p && *p != 'e'; p++) {
		if (*p >= '0' && *p <= '9')
			x->digits[x->n++] = *p;
	}
	x->point = (int)strtol(p + 1, NULL, 10) + 1;
}

/* One more in the last place. */
static void
step_up(struct decimal *x)
{
	int i = x->n - 1;

	while (i >= 0 && x->digits[i] == '9')
		x->digits[i--] = '0';
	if (i >= 0) {
		x->digits[i]++;
		return;
	}
	x->digits[0] = '1';
	x->point++;
}

static bool
try_digits(double d, int n, struct decimal *x)
{
	round_to(d, n, x);
	if (!reads_back(x, d)) {
		if (n == DIGITS_MAX)
			return false;
		step_up(x);
		if (!reads_back(x, d))
			return false;
	}
	strip_zeros(x);
	return true;
}

static void
shortest(double d, struct decimal *x)
{
	/* Subnormals carry fewer digits than 15, down to one. */
	int n = d < DBL_MIN * 2 ? 1 : 15;

	while (n < DIGITS_MAX && !try_digits(d, n, x))
		n++;
	if (n == DIGITS_MAX) {
		round_to(d, n, x);
		strip_zeros(x);
	}
}

static char *
put(char *p, const char *from, int n)
{
	memcpy(p, from, (size_t)n);
	return p + n;
}

static char *
put_zeros(char *p, int n)
{
	memset(p, '0', (size_t)n);
	return p + n;
}

size_t
hyk_double_format(double d, char out[32])
{
	struct decimal x = { .n = 0 };
	char *p = out;

	if (isnan(d)) {
		p = put(p, "NaN", 3);
		goto out;
	}
	if (d < 0) {
		*p++ = '-';
		d = -d;
	}
	if (d == 0) {
		*p++ = '0';
		goto out;
	}
	if (isinf(d)) {
		p = put(p, "Infinity", 8);
		goto out;
	}
	if (d < 9007199254740992.0 && d == trunc(d)) {
		p += snprintf(p, 24, "%lld", (long long)d);
		goto out;
	}
	shortest(d, &x);
	if (x.point > 21 || x.point < -5) {
		*p++ = x.digits[0];
		if (x.n > 1) {
			*p++ = '.';
			p = put(p, x.digits + 1, x.n - 1);
		}
		p += snprintf(p, 8, "e%+d", x.point - 1);
	} else if (x.point <= 0) {
		p = put(p, "0.", 2);
		p = put_zeros(p, -x.point);
		p = put(p, x.digits, x.n);
	} else if (x.n <= x.point) {
		p = put(p, x.digits, x.n);
		p = put_zeros(p, x.point - x.n);
	} else {
		p = put(p, x.digits, x.point);
		*p++ = '.';
		p = put(p, x.digits + x.point, x.n - x.point);
	}
out:
	*p = '\0';
	return (size_t)(p - out);
}
