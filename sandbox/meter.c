/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/meter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINE 64 /* what an image keeps or leaves out as a whole */
#define GRANULE 16

static _Thread_local struct hyk_meter *current;

struct hyk_meter *
hyk_meter_current(void)
{
	return current;
}

void
hyk_meter_init(struct hyk_meter *m, void *base, size_t room)
{
	memset(m, 0, sizeof(*m));
	m->base = base;
	m->room = room;
	m->on_malloc = base == NULL;
}

void
hyk_meter_begin(struct hyk_meter *m, const struct hyk_meter_limits *limits)
{
	m->limits = *limits;
	m->units = 0;
	m->total = 0;
	m->peak = m->live;
	m->mark = HYK_MARK_NONE;
	m->refused = false;
	current = m;
}

/* The class of a size, and the size rounded up to it: sixteens up to 512, then four steps a
 * doubling. */
static unsigned
class_of(size_t n, size_t *ret_rounded)
{
	unsigned log, shift;

	if (n <= 512) {
		*ret_rounded = (n + GRANULE - 1) / GRANULE * GRANULE;
		return (unsigned)(*ret_rounded / GRANULE);
	}
	log = 63u - (unsigned)__builtin_clzll((unsigned long long)(n - 1));
	shift = log - 2;
	*ret_rounded = ((n - 1) >> shift << shift) + ((size_t)1 << shift);
	return 32 + (log - 9) * 4 + (unsigned)(*ret_rounded >> shift) - 4;
}

static void *
block_new(struct hyk_meter *m, size_t n)
{
	size_t rounded;
	unsigned c;
	char *p;

	if (m->on_malloc)
		return malloc(n);
	c = class_of(n, &rounded);
	if (m->free[c]) {
		struct hyk_free_block *b = m->free[c];

		m->free[c] = b->next;
		return b;
	}
	if (rounded > m->room - m->top)
		return NULL;
	p = m->base + m->top;
	m->top += rounded;
	return p;
}

static void
block_free(struct hyk_meter *m, void *p, size_t n)
{
	struct hyk_free_block *b = p;
	size_t rounded;
	unsigned c;

	if (m->on_malloc) {
		free(p);
		return;
	}
	c = class_of(n, &rounded);
	b->next = m->free[c];
	m->free[c] = b;
}

static void set_mark(struct hyk_meter *m, enum hyk_mark mark);

static void
on_count(lua_State *L, lua_Debug *ar)
{
	struct hyk_meter *m = current;

	(void)ar;
	m->units += m->mark ? 1 : HYK_METER_STEP;
	if (m->units > m->limits.units && !m->mark)
		m->mark = HYK_MARK_BUDGET;
	if (m->mark) {
		lua_pushboolean(L, 0);
		lua_error(L);
	}
}

static void
set_mark(struct hyk_meter *m, enum hyk_mark mark)
{
	if (m->mark)
		return;
	m->mark = mark;
	/* Lua may swallow a refusal (its table of strings may stay small): the next instruction
	 * must not run. */
	if (m->L)
		lua_sethook(m->L, on_count, LUA_MASKCOUNT, 1);
}

static bool
admit(struct hyk_meter *m, size_t osize, size_t nsize)
{
	m->growths++;
	if (m->fail_at && (m->growths == m->fail_at || (m->fail_on && m->growths > m->fail_at))) {
		if (m->fail_on)
			set_mark(m, HYK_MARK_MEMORY);
		return false;
	}
	if (nsize > m->limits.block || nsize > HYK_METER_MAX_BLOCK ||
	    m->total + nsize > m->limits.total) {
		set_mark(m, HYK_MARK_MEMORY);
		return false;
	}
	if (m->live - osize + nsize > m->limits.heap) {
		if (m->refused)
			set_mark(m, HYK_MARK_MEMORY);
		m->refused = true;
		hyk_meter_charge_later(m, HYK_METER_COLLECTION);
		return false;
	}
	m->refused = false;
	m->total += nsize;
	return true;
}

void *
hyk_meter_alloc(void *meter, void *p, size_t osize, size_t nsize)
{
	struct hyk_meter *m = meter;
	void *q;

	if (!p)
		osize = 0; /* Lua passes the kind of object here */
	if (nsize == 0) {
		if (p) {
			m->live -= osize;
			block_free(m, p, osize);
		}
		return NULL;
	}
	if (nsize > osize && !admit(m, osize, nsize))
		return NULL;
	if (p && !m->on_malloc) {
		size_t was, is;

		if (class_of(osize, &was) == class_of(nsize, &is)) {
			q = p;
			goto out;
		}
	}
	q = block_new(m, nsize);
	if (!q) {
		/* Shrinking never fails: the block then has some bytes too many. */
		if (nsize <= osize) {
			q = p;
			goto out;
		}
		set_mark(m, HYK_MARK_MEMORY);
		return NULL;
	}
	if (p) {
		memcpy(q, p, osize < nsize ? osize : nsize);
		block_free(m, p, osize);
	}
out:
	m->live = m->live - osize + nsize;
	if (m->live > m->peak)
		m->peak = m->live;
	return q;
}

void
hyk_meter_watch(struct hyk_meter *m, lua_State *L)
{
	m->L = L;
	lua_sethook(L, on_count, LUA_MASKCOUNT, HYK_METER_STEP);
}

void
hyk_meter_charge_later(struct hyk_meter *m, uint64_t n)
{
	m->units += n;
	if (m->units > m->limits.units)
		set_mark(m, HYK_MARK_BUDGET);
}

void
hyk_meter_charge(lua_State *L, uint64_t n)
{
	struct hyk_meter *m = current;

	hyk_meter_charge_later(m, n);
	if (m->mark) {
		lua_pushboolean(L, 0);
		lua_error(L);
	}
}

uint64_t
hyk_meter_left(const struct hyk_meter *m)
{
	return m->units < m->limits.units ? m->limits.units - m->units : 0;
}

void
hyk_meter_charge_bytes(lua_State *L, size_t n)
{
	hyk_meter_charge(L, 1 + n / 16);
}

bool
hyk_meter_snapshot(struct hyk_meter *m, char *vault, size_t room, unsigned char *scratch,
    struct hyk_image *ret_image, size_t *ret_used)
{
	size_t n_granules = m->top / GRANULE, n_lines = (m->top + LINE - 1) / LINE, n_runs = 0,
	       n_bytes = 0, at = 0;
	struct hyk_image image = { .L = m->L, .top = n_lines * LINE, .live = m->live };
	bool in_run = false;

	/* Free blocks are not kept, and never used again: all that is not in them is. */
	memset(scratch, 0, n_lines * (LINE / GRANULE));
	memset(scratch, 1, n_granules);
	for (unsigned c = 0; c < HYK_METER_N_CLASSES; c++) {
		for (struct hyk_free_block *b = m->free[c]; b; b = b->next) {
			size_t first = (size_t)((char *)b - m->base) / GRANULE, n;

			if (c <= 32)
				n = c;
			else
				n = ((size_t)((c - 33) % 4 + 5) << (7 + (c - 33) / 4)) / GRANULE;
			memset(scratch + first, 0, n);
		}
	}
	for (size_t pass = 0; pass < 2; pass++) {
		in_run = false;
		n_runs = 0;
		n_bytes = 0;
		for (size_t i = 0; i < n_lines; i++) {
			const unsigned char *g = scratch + i * (LINE / GRANULE);
			bool used = g[0] || g[1] || g[2] || g[3];

			if (used && !in_run) {
				if (pass)
					image.runs[n_runs] =
					    (struct hyk_image_run){ (uint32_t)(i * LINE), 0 };
				n_runs++;
			}
			in_run = used;
			if (used) {
				if (pass)
					image.runs[n_runs - 1].n += LINE;
				n_bytes += LINE;
			}
		}
		if (!pass) {
			size_t need = n_runs * sizeof(*image.runs);

			need = (need + LINE - 1) / LINE * LINE;
			if (need > room || n_bytes > room - need)
				return false;
			image.runs = (struct hyk_image_run *)(void *)vault;
			image.bytes = vault + need;
			*ret_used = need + n_bytes;
		}
	}
	for (size_t r = 0; r < n_runs; r++) {
		memcpy(image.bytes + at, m->base + image.runs[r].at, image.runs[r].n);
		at += image.runs[r].n;
	}
	image.n_runs = (uint32_t)n_runs;
	image.n_bytes = n_bytes;
	*ret_image = image;
	return true;
}

void
hyk_meter_restore(struct hyk_meter *m, const struct hyk_image *image)
{
	const char *from = image->bytes;

	for (uint32_t r = 0; r < image->n_runs; r++) {
		memcpy(m->base + image->runs[r].at, from, image->runs[r].n);
		from += image->runs[r].n;
	}
	memset(m->free, 0, sizeof(m->free));
	m->top = image->top;
	m->live = image->live;
	m->L = image->L;
}

/*
 * The link sends these calls of the Lua library here (-Wl,--wrap=...). Four of
 * them run long within one VM instruction, which no hook can interrupt: a text
 * of 30,000 digits becomes a number, two such texts are compared or found
 * equal, a remainder is taken bit by bit of the difference of the exponents.
 * The fifth seeds the hashes of texts with the clock and with addresses, which
 * would let one process count a little otherwise than the next.
 */
size_t __real_luaO_str2num(const char *s, void *value) __attribute__((weak));
int __real_luaS_eqlngstr(const void *a, const void *b) __attribute__((weak));
double __real_fmod(double a, double b) __attribute__((weak));
size_t __wrap_luaO_str2num(const char *s, void *value);
int __wrap_luaS_eqlngstr(const void *a, const void *b);
double __wrap_fmod(double a, double b);
int __wrap_strcoll(const char *a, const char *b);
unsigned __wrap_luaS_hash(const char *s, size_t n, unsigned seed);

static _Thread_local bool seen_hash;

size_t
__wrap_luaO_str2num(const char *s, void *value)
{
	size_t n = strnlen(s, HYK_METER_MAX_NUMERAL + 1);

	if (n > HYK_METER_MAX_NUMERAL || !__real_luaO_str2num)
		return 0;
	if (current)
		hyk_meter_charge_later(current, n / 16);
	return __real_luaO_str2num(s, value);
}

int
__wrap_luaS_eqlngstr(const void *a, const void *b)
{
	size_t n, m;

	/* Where a long string of Lua 5.4 keeps its length; the self-test below looks whether it is
	 * still so. */
	memcpy(&n, (const char *)a + 16, sizeof(n));
	memcpy(&m, (const char *)b + 16, sizeof(m));
	if (current && a != b && n == m)
		hyk_meter_charge_later(current, 1 + n / 64);
	return __real_luaS_eqlngstr && __real_luaS_eqlngstr(a, b);
}

double
__wrap_fmod(double a, double b)
{
	int ea, eb;

	if (!__real_fmod)
		return NAN;
	if (current && isfinite(a) && isfinite(b)) {
		frexp(a, &ea);
		frexp(b, &eb);
		if (ea > eb)
			hyk_meter_charge_later(current, (uint64_t)(ea - eb) / 32);
	}
	return __real_fmod(a, b);
}

int
__wrap_strcoll(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	if (current)
		hyk_meter_charge_later(current, 1 + i / 16);
	return (int)(unsigned char)a[i] - (int)(unsigned char)b[i];
}

unsigned
__wrap_luaS_hash(const char *s, size_t n, unsigned seed)
{
	(void)s;
	(void)n;
	(void)seed;
	seen_hash = true;
	return 0x68796b31u;
}

/* Did the work since `before` cost between least and most units? */
static bool
has_cost(uint64_t before, uint64_t least, uint64_t most)
{
	return current->units - before >= least && current->units - before <= most;
}

bool
hyk_meter_is_wrapped(lua_State *L)
{
	char text[6400];
	uint64_t before;
	bool ok = seen_hash;

	memset(text, '0', sizeof(text));
	text[HYK_METER_MAX_NUMERAL + 1] = '\0';
	if (lua_stringtonumber(L, text) != 0) {
		lua_pop(L, 1);
		ok = false;
	}
	text[HYK_METER_MAX_NUMERAL + 1] = '0';
	lua_pushlstring(L, text, sizeof(text));
	text[sizeof(text) - 1] = '1';
	lua_pushlstring(L, text, sizeof(text));
	before = current->units;
	ok = ok && !lua_rawequal(L, -2, -1) && has_cost(before, 101, 101);
	before = current->units;
	ok = ok && lua_compare(L, -2, -1, LUA_OPLT) && has_cost(before, 400, 401);
	lua_pop(L, 2);
	lua_pushnumber(L, 0x1p1000);
	lua_pushnumber(L, 0x1.8p-1000);
	before = current->units;
	lua_arith(L, LUA_OPMOD);
	ok = ok && has_cost(before, 62, 62);
	lua_pop(L, 1);
	return ok;
}
