/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/zone.c - see zone.h. Reads version 2+ data of TZif (RFC 8536) and the POSIX TZ string of its footer.
 *
 * A zone is a sorted array of (instant, offset after it); looking up is one binary search. After the last
 * transition the footer's rule answers, evaluated for the year asked.
 */
#include "text/zone.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

#define ZONEINFO "/usr/share/zoneinfo/"
#define MAX_FILE_BYTES 65536u
#define MAX_NAME 64u
#define DAY 86400
#define N_HEADS 256u /* a power of two; IANA has about 600 names */

/* When a rule of the footer begins or ends, in a year: RFC 8536 §3.3, POSIX TZ. */
struct rule_day {
	enum { BY_JULIAN, BY_ZERO, BY_MONTH } by;
	int day, week, month;
	int32_t at_s; /* local seconds after 00:00; -167 to 167 hours */
};

struct tail {
	bool has_dst;
	int32_t std, dst; /* seconds east */
	struct rule_day from, to;
};

struct hyk_zone {
	struct hyk_zone *next;
	char name[MAX_NAME + 1];
	size_t n_name;
	int32_t first; /* before the first transition */
	size_t n;
	int64_t *when;
	int32_t *offset;
	bool has_tail;
	struct tail tail;
};

/* Lists by hash of the name. Zones are only ever added, at the head, so that readers need no lock. */
static _Atomic(struct hyk_zone *) heads[N_HEADS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of those who add */
static const struct hyk_zone utc = { .name = "UTC", .n_name = 3 };

/* ---- the file ---- */

struct bytes {
	const unsigned char *p;
	size_t n, at;
	bool bad;
};

static uint64_t
take(struct bytes *b, size_t n)
{
	uint64_t v = 0;

	if (b->bad || b->n - b->at < n) {
		b->bad = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v = v << 8 | b->p[b->at + i];
	b->at += n;
	return v;
}

static void
skip(struct bytes *b, uint64_t n)
{
	if (b->bad || b->n - b->at < n)
		b->bad = true;
	else
		b->at += (size_t)n;
}

struct counts {
	uint64_t isut, isstd, leap, times, types, chars;
};

static bool
take_header(struct bytes *b, struct counts *c)
{
	uint64_t magic = take(b, 4), version = take(b, 1);

	skip(b, 15);
	c->isut = take(b, 4);
	c->isstd = take(b, 4);
	c->leap = take(b, 4);
	c->times = take(b, 4);
	c->types = take(b, 4);
	c->chars = take(b, 4);
	return !b->bad && magic == 0x545a6966 && version >= '2' && c->types > 0 && c->types <= 256;
}

/* ---- the footer ---- */

static bool
take_number(struct bytes *b, int64_t max, int64_t *ret_n)
{
	int64_t n = 0;
	size_t digits = 0;

	while (b->at < b->n && b->p[b->at] >= '0' && b->p[b->at] <= '9' && digits < 4) {
		n = n * 10 + (b->p[b->at++] - '0');
		digits++;
	}
	*ret_n = n;
	return digits > 0 && n <= max;
}

static bool
take_char(struct bytes *b, char c)
{
	if (b->at >= b->n || b->p[b->at] != (unsigned char)c)
		return false;
	b->at++;
	return true;
}

static bool
take_abbreviation(struct bytes *b)
{
	size_t from = b->at;

	if (take_char(b, '<')) {
		while (b->at < b->n && b->p[b->at] != '>')
			b->at++;
		return take_char(b, '>');
	}
	while (b->at < b->n && ((b->p[b->at] | 32) >= 'a' && (b->p[b->at] | 32) <= 'z'))
		b->at++;
	return b->at - from >= 3;
}

static bool
take_hms(struct bytes *b, int32_t *ret_s)
{
	int64_t h, m = 0, s = 0;
	int sign = 1;

	if (take_char(b, '-'))
		sign = -1;
	else
		(void)take_char(b, '+');
	if (!take_number(b, 167, &h))
		return false;
	if (take_char(b, ':') && !take_number(b, 59, &m))
		return false;
	if (take_char(b, ':') && !take_number(b, 59, &s))
		return false;
	*ret_s = sign * (int32_t)(h * 3600 + m * 60 + s);
	return true;
}

static bool
take_rule(struct bytes *b, struct rule_day *r)
{
	int64_t x, y, z;

	r->at_s = 7200;
	if (take_char(b, 'M')) {
		r->by = BY_MONTH;
		if (!take_number(b, 12, &x) || !take_char(b, '.') || !take_number(b, 5, &y) || !take_char(b, '.') ||
		    !take_number(b, 6, &z) || x < 1 || y < 1)
			return false;
		r->month = (int)x;
		r->week = (int)y;
		r->day = (int)z;
	} else {
		r->by = take_char(b, 'J') ? BY_JULIAN : BY_ZERO;
		if (!take_number(b, 365, &x))
			return false;
		r->day = (int)x;
	}
	return !take_char(b, '/') || take_hms(b, &r->at_s);
}

static bool
take_tail(struct bytes *b, struct tail *t)
{
	int32_t west;

	if (!take_abbreviation(b) || !take_hms(b, &west))
		return false;
	t->std = -west;
	if (b->at == b->n || b->p[b->at] == '\n')
		return true;
	t->has_dst = true;
	t->dst = t->std + 3600;
	if (!take_abbreviation(b))
		return false;
	if (b->at < b->n && b->p[b->at] != ',') {
		if (!take_hms(b, &west))
			return false;
		t->dst = -west;
	}
	return take_char(b, ',') && take_rule(b, &t->from) && take_char(b, ',') && take_rule(b, &t->to);
}

/* ---- loading ---- */

static void
zone_free(struct hyk_zone *z)
{
	if (z == NULL)
		return;
	hyk_free(z->when);
	hyk_free(z->offset);
	hyk_free(z);
}

static enum hyk_status
parse(struct hyk_zone *z, struct bytes *b)
{
	struct counts c;
	int32_t offsets[256];
	size_t types_at, index_at, times_at;

	if (!take_header(b, &c))
		return HYK_E_INVALID;
	skip(b, c.times * 5 + c.types * 6 + c.chars + c.leap * 8 + c.isstd + c.isut); /* the 32-bit part */
	if (!take_header(b, &c))
		return HYK_E_INVALID;
	times_at = b->at;
	skip(b, c.times * 8);
	index_at = b->at;
	skip(b, c.times);
	types_at = b->at;
	skip(b, c.types * 6 + c.chars + c.leap * 12 + c.isstd + c.isut);
	if (b->bad)
		return HYK_E_INVALID;
	if (take_char(b, '\n') && b->at < b->n && b->p[b->at] != '\n')
		z->has_tail = take_tail(b, &z->tail);

	z->when = hyk_malloc((c.times + 1) * sizeof(*z->when));
	z->offset = hyk_malloc((c.times + 1) * sizeof(*z->offset));
	if (z->when == NULL || z->offset == NULL)
		return HYK_E_NOMEM;
	b->at = types_at;
	for (uint64_t i = 0; i < c.types; i++) {
		offsets[i] = (int32_t)(uint32_t)take(b, 4);
		skip(b, 2);
	}
	z->first = offsets[0];
	b->at = times_at;
	for (uint64_t i = 0; i < c.times; i++)
		z->when[i] = (int64_t)take(b, 8);
	for (uint64_t i = 0; i < c.times; i++) {
		unsigned type = b->p[index_at + i];

		if (type >= c.types || (i > 0 && z->when[i] <= z->when[i - 1]))
			return HYK_E_INVALID;
		z->offset[i] = offsets[type];
	}
	z->n = (size_t)c.times;
	return HYK_OK;
}

static enum hyk_status
read_file(const char *path, unsigned char *buffer, size_t *ret_n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat sb;
	ssize_t n;

	if (fd < 0)
		return HYK_E_NOT_FOUND;
	if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode) || sb.st_size > (off_t)MAX_FILE_BYTES) {
		close(fd);
		return HYK_E_NOT_FOUND;
	}
	n = read(fd, buffer, MAX_FILE_BYTES);
	close(fd);
	if (n < 0)
		return HYK_E_NOT_FOUND;
	*ret_n = (size_t)n;
	return HYK_OK;
}

/* Letters, digits, '_', '+', '-', and '/' between parts; so no "..", no leading '/'. */
static bool
name_is_good(struct hyk_str name)
{
	if (name.n == 0 || name.n > MAX_NAME || name.p[0] == '/' || name.p[name.n - 1] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
			c == '-' || c == '/'))
			return false;
	}
	return true;
}

/* "+09:00", "-3:30": a zone without history. */
static bool
parse_fixed(struct hyk_str name, int32_t *ret_offset)
{
	int sign;
	int64_t h, m;
	size_t colon = hyk_str_find(name, HYK_STR(":"));

	if (name.n < 4 || colon == SIZE_MAX)
		return false;
	if (name.p[0] >= '0' && name.p[0] <= '9') {
		sign = 1;
		name = hyk_str_make(name.p, name.n);
	} else if (name.p[0] == '+' || name.p[0] == '-') {
		sign = name.p[0] == '-' ? -1 : 1;
		name = hyk_str_make(name.p + 1, name.n - 1);
		colon--;
	} else {
		return false;
	}
	if (colon < 1 || colon > 2 || name.n - colon != 3 || name.p[0] < '0' || name.p[0] > '9' || name.p[colon + 1] < '0' ||
	    name.p[colon + 1] > '9')
		return false;
	if (!hyk_str_to_i64(hyk_str_make(name.p, colon), &h) ||
	    !hyk_str_to_i64(hyk_str_make(name.p + colon + 1, 2), &m) || h > 23 || m > 59)
		return false;
	*ret_offset = sign * (int32_t)(h * 3600 + m * 60);
	return true;
}

static enum hyk_status
load(struct hyk_str name, struct hyk_zone **ret_zone)
{
	struct hyk_zone *z = hyk_malloc(sizeof(*z));
	unsigned char *buffer = NULL;
	char path[sizeof(ZONEINFO) + MAX_NAME];
	struct bytes b = { 0 };
	enum hyk_status st = HYK_E_NOMEM;

	if (z == NULL)
		return HYK_E_NOMEM;
	memset(z, 0, sizeof(*z));
	memcpy(z->name, name.p, name.n);
	z->n_name = name.n;
	if (parse_fixed(name, &z->first)) {
		st = HYK_OK;
		goto out;
	}
	st = HYK_E_NOT_FOUND;
	if (!name_is_good(name))
		goto out;
	st = HYK_E_NOMEM;
	buffer = hyk_malloc(MAX_FILE_BYTES);
	if (buffer == NULL)
		goto out;
	snprintf(path, sizeof(path), ZONEINFO "%s", z->name);
	st = read_file(path, buffer, &b.n);
	b.p = buffer;
	if (st == HYK_OK)
		st = parse(z, &b);
out:
	hyk_free(buffer);
	if (st != HYK_OK) {
		zone_free(z);
		return st;
	}
	*ret_zone = z;
	return HYK_OK;
}

static _Atomic(struct hyk_zone *) *
head_of(struct hyk_str name)
{
	return &heads[hyk_str_hash(name) & (N_HEADS - 1)];
}

static struct hyk_zone *
find(_Atomic(struct hyk_zone *) *head, struct hyk_str name)
{
	for (struct hyk_zone *z = atomic_load_explicit(head, memory_order_acquire); z != NULL; z = z->next)
		if (hyk_str_eq(hyk_str_make(z->name, z->n_name), name))
			return z;
	return NULL;
}

enum hyk_status
hyk_zone_get(struct hyk_str name, const struct hyk_zone **ret_zone)
{
	_Atomic(struct hyk_zone *) *head;
	struct hyk_zone *z, *fresh;
	enum hyk_status st;

	if (hyk_str_eq_c(name, "UTC") || hyk_str_eq_c(name, "Z")) {
		*ret_zone = &utc;
		return HYK_OK;
	}
	if (name.n == 0 || name.n > MAX_NAME)
		return HYK_E_NOT_FOUND;
	head = head_of(name);
	z = find(head, name);
	if (z != NULL) {
		*ret_zone = z;
		return HYK_OK;
	}
	st = load(name, &fresh);
	if (st != HYK_OK)
		return st;
	pthread_mutex_lock(&lock);
	z = find(head, name); /* somebody may have been quicker */
	if (z == NULL) {
		fresh->next = atomic_load_explicit(head, memory_order_relaxed);
		atomic_store_explicit(head, fresh, memory_order_release);
		z = fresh;
		fresh = NULL;
	}
	pthread_mutex_unlock(&lock);
	zone_free(fresh);
	*ret_zone = z;
	return HYK_OK;
}

void
hyk_zones_fini(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < N_HEADS; i++) {
		struct hyk_zone *z = atomic_exchange(&heads[i], NULL), *next;

		for (; z != NULL; z = next) {
			next = z->next;
			zone_free(z);
		}
	}
	pthread_mutex_unlock(&lock);
}

const struct hyk_zone *
hyk_zone_utc(void)
{
	return &utc;
}

struct hyk_str
hyk_zone_name(const struct hyk_zone *z)
{
	return hyk_str_make(z->name, z->n_name);
}

/* ---- looking up ---- */

static int64_t
days_from_civil(int64_t y, int m, int d)
{
	/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years that begin in March. */
	int64_t era;
	int64_t yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static int64_t
year_of(int64_t utc_s)
{
	int64_t z = utc_s / DAY - (utc_s % DAY < 0) + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);

	return yoe + era * 400 + (doy >= 306);
}

static bool
is_leap(int64_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Local seconds since the epoch at which the rule's day begins in `year`, plus its time. */
static int64_t
rule_local(const struct rule_day *r, int64_t year)
{
	static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day = 0;

	switch (r->by) {
	case BY_JULIAN: /* 1 to 365, 29 February never counted */
		day = days_from_civil(year, 1, 1) + r->day - 1 + (is_leap(year) && r->day >= 60);
		break;
	case BY_ZERO:
		day = days_from_civil(year, 1, 1) + r->day;
		break;
	case BY_MONTH: {
		int64_t first = days_from_civil(year, r->month, 1);
		int weekday = (int)(((first + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
		int length = month_days[r->month - 1] + (r->month == 2 && is_leap(year));
		int d = (r->day - weekday + 7) % 7 + (r->week - 1) * 7;

		if (d >= length)
			d -= 7;
		day = first + d;
		break;
	}
	}
	return day * DAY + r->at_s;
}

static int32_t
tail_at(const struct tail *t, int64_t utc_s)
{
	int64_t year, from, to;

	if (!t->has_dst)
		return t->std;
	year = year_of(utc_s + t->std);
	from = rule_local(&t->from, year) - t->std;
	to = rule_local(&t->to, year) - t->dst;
	if (from < to)
		return utc_s >= from && utc_s < to ? t->dst : t->std;
	return utc_s >= to && utc_s < from ? t->std : t->dst;
}

int32_t
hyk_zone_offset_at(const struct hyk_zone *z, int64_t utc_s)
{
	size_t low = 0, high = z->n;

	if (z->n == 0)
		return z->has_tail ? tail_at(&z->tail, utc_s) : z->first;
	if (utc_s >= z->when[z->n - 1])
		return z->has_tail ? tail_at(&z->tail, utc_s) : z->offset[z->n - 1];
	while (low < high) { /* the first transition after utc_s */
		size_t mid = low + (high - low) / 2;

		if (z->when[mid] <= utc_s)
			low = mid + 1;
		else
			high = mid;
	}
	return low == 0 ? z->first : z->offset[low - 1];
}

int32_t
hyk_zone_offset_at_local(const void *zone, int64_t local_s)
{
	const struct hyk_zone *z = zone;
	/* No zone is further than 26 hours off, and none changes twice within two days. */
	int32_t before = hyk_zone_offset_at(z, local_s - DAY), after = hyk_zone_offset_at(z, local_s + DAY);

	if (before == after)
		return before;
	/* The offset before the change holds where it gives an instant before the change: so also in a gap. */
	if (hyk_zone_offset_at(z, local_s - before) == before)
		return before;
	return hyk_zone_offset_at(z, local_s - after) == after ? after : before;
}

static char version[32] = "unknown";
static pthread_once_t version_once = PTHREAD_ONCE_INIT;

/* The first line of tzdata.zi is "# version 2025b". */
static void
read_version(void)
{
	static const char head[] = "# version ";
	char line[64];
	int fd = open(ZONEINFO "tzdata.zi", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	size_t k = 0;

	if (fd >= 0)
		close(fd);
	if (n < (ssize_t)sizeof(head))
		return;
	line[n] = '\0';
	if (memcmp(line, head, sizeof(head) - 1) != 0)
		return;
	for (const char *p = line + sizeof(head) - 1; *p != '\n' && *p != '\0' && k < sizeof(version) - 1; p++)
		version[k++] = *p;
	version[k] = '\0';
}

struct hyk_str
hyk_zone_data_version(void)
{
	pthread_once(&version_once, read_version);
	return hyk_str_from_c(version);
}
