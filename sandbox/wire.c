/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
put(struct hyk_wire_out *o, const void *p, size_t n)
{
	if (o->full || n > o->cap - o->n) {
		o->full = true;
		return;
	}
	if (n)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

void
hyk_wire_put_u8(struct hyk_wire_out *o, uint8_t v)
{
	put(o, &v, sizeof(v));
}

void
hyk_wire_put_u32(struct hyk_wire_out *o, uint32_t v)
{
	put(o, &v, sizeof(v));
}

void
hyk_wire_put_u64(struct hyk_wire_out *o, uint64_t v)
{
	put(o, &v, sizeof(v));
}

void
hyk_wire_put_str(struct hyk_wire_out *o, struct hyk_str s)
{
	if (s.n > UINT32_MAX) {
		o->full = true;
		return;
	}
	hyk_wire_put_u32(o, (uint32_t)s.n);
	put(o, s.p, s.n);
}

void
hyk_wire_patch_u32(struct hyk_wire_out *o, size_t at, uint32_t v)
{
	if (!o->full && at <= o->n && o->n - at >= sizeof(v))
		memcpy(o->p + at, &v, sizeof(v));
}

void
hyk_wire_put_int(struct hyk_wire_out *o, int64_t v)
{
	hyk_wire_put_u8(o, HYK_WIRE_INT);
	put(o, &v, sizeof(v));
}

void
hyk_wire_put_double(struct hyk_wire_out *o, double v)
{
	hyk_wire_put_u8(o, HYK_WIRE_DOUBLE);
	put(o, &v, sizeof(v));
}

void
hyk_wire_put_string(struct hyk_wire_out *o, struct hyk_str s)
{
	hyk_wire_put_u8(o, HYK_WIRE_STRING);
	hyk_wire_put_str(o, s);
}

static void
get(struct hyk_wire_in *i, void *p, size_t n)
{
	if (i->bad || n > i->n - i->at) {
		i->bad = true;
		memset(p, 0, n);
		return;
	}
	memcpy(p, i->p + i->at, n);
	i->at += n;
}

uint8_t
hyk_wire_get_u8(struct hyk_wire_in *i)
{
	uint8_t v;

	get(i, &v, sizeof(v));
	return v;
}

uint32_t
hyk_wire_get_u32(struct hyk_wire_in *i)
{
	uint32_t v;

	get(i, &v, sizeof(v));
	return v;
}

uint64_t
hyk_wire_get_u64(struct hyk_wire_in *i)
{
	uint64_t v;

	get(i, &v, sizeof(v));
	return v;
}

double
hyk_wire_get_f64(struct hyk_wire_in *i)
{
	double v;

	get(i, &v, sizeof(v));
	return v;
}

struct hyk_str
hyk_wire_get_str(struct hyk_wire_in *i)
{
	uint32_t n = hyk_wire_get_u32(i);
	struct hyk_str s;

	if (i->bad || n > i->n - i->at) {
		i->bad = true;
		return hyk_str_make("", 0);
	}
	s = hyk_str_make((const char *)i->p + i->at, n);
	i->at += n;
	return s;
}

void
hyk_wire_path_init(struct hyk_wire_path *p)
{
	p->text[0] = '\0';
	p->n = 0;
	p->why[0] = '\0';
}

/* Too long a path is cut; what stays still says where to look. */
static size_t
enter(struct hyk_wire_path *p, const char *text, size_t n)
{
	size_t before = p->n;

	if (p->why[0])
		return before;
	if (n > sizeof(p->text) - 1 - p->n)
		n = sizeof(p->text) - 1 - p->n;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		p->text[p->n++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	p->text[p->n] = '\0';
	return before;
}

size_t
hyk_wire_path_enter_key(struct hyk_wire_path *p, struct hyk_str key)
{
	size_t before = p->n;

	if (before)
		enter(p, ".", 1);
	enter(p, key.p, key.n > 40 ? 40 : key.n);
	return before;
}

size_t
hyk_wire_path_enter_item(struct hyk_wire_path *p, uint64_t index)
{
	char t[32];
	int n = snprintf(t, sizeof(t), "[%llu]", (unsigned long long)index);

	return enter(p, t, (size_t)n);
}

void
hyk_wire_path_leave(struct hyk_wire_path *p, size_t n)
{
	/* After a failure the path stays where the offender is. */
	if (p->why[0])
		return;
	p->n = n;
	p->text[n] = '\0';
}

void
hyk_wire_path_fail(struct hyk_wire_path *p, const char *fmt, ...)
{
	va_list ap;

	if (p->why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
}
