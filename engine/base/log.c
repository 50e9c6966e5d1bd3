/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/log.c - one event, one line, one write(2), so that lines of two threads never mix.
 *
 * The line is built on the stack: an event about lost memory must get out.
 */
#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

#define LINE_MAX_BYTES ((size_t)4096)

struct line {
	char text[LINE_MAX_BYTES];
	size_t n;
	bool full;
};

static atomic_int min_level = HYK_LOG_INFO;
static atomic_bool as_json;

void
hyk_log_set_level(enum hyk_log_level level)
{
	atomic_store(&min_level, (int)level);
}

void
hyk_log_set_json(bool on)
{
	atomic_store(&as_json, on);
}

/* All of s or nothing, and nothing more after that: a line is cut between characters. */
static void
put(struct line *l, struct hyk_str s)
{
	/* Room for what closes the line. */
	if (l->full || s.n > sizeof(l->text) - 8 - l->n) {
		l->full = true;
		return;
	}
	if (s.n)
		memcpy(l->text + l->n, s.p, s.n);
	l->n += s.n;
}

static void
put_c(struct line *l, const char *z)
{
	put(l, hyk_str_from_c(z));
}

/* JSON's escapes serve both forms. */
static void
put_quoted(struct line *l, struct hyk_str s)
{
	put_c(l, "\"");
	for (size_t at = 0; at < s.n && !l->full;) {
		size_t before = at;
		uint32_t cp = hyk_utf8_next(s, &at);
		char escape[8];

		if (cp == '"' || cp == '\\') {
			escape[0] = '\\';
			escape[1] = (char)cp;
			put(l, hyk_str_make(escape, 2));
		} else if (cp == '\n') {
			put_c(l, "\\n");
		} else if (cp == HYK_UTF8_INVALID) {
			put_c(l, "\\ufffd");
		} else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 ||
			   (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069)) {
			int n = snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)cp & 0xffffu);

			put(l, hyk_str_make(escape, (size_t)n));
		} else {
			put(l, hyk_str_make(s.p + before, at - before));
		}
	}
	if (l->full) { /* put() keeps eight bytes for this and the end of the line */
		memcpy(l->text + l->n, "...\"", 4);
		l->n += 4;
		return;
	}
	put_c(l, "\"");
}

static bool
is_plain(struct hyk_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return s.n > 0;
}

static const char *
level_name(enum hyk_log_level level)
{
	switch (level) {
	case HYK_LOG_DEBUG:
		return "debug";
	case HYK_LOG_INFO:
		return "info";
	case HYK_LOG_WARN:
		return "warn";
	case HYK_LOG_ERROR:
		return "error";
	}
	return "?";
}

static void
put_time(struct line *l)
{
	char text[96];
	struct timespec ts = { 0 };
	struct tm tm = { 0 };

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ts.tv_nsec / 1000000);
	put_c(l, text);
}

static void
put_pair(struct line *l, const struct hyk_log_pair *pair, bool json)
{
	struct hyk_str key = hyk_str_from_c(pair->key);

	/* A pair that has no room at all leaves no half of itself. */
	if (l->full || key.n + 32 > sizeof(l->text) - l->n) {
		l->full = true;
		return;
	}
	if (json) {
		put_c(l, ",");
		put_quoted(l, key);
		put_c(l, ":");
		put_quoted(l, pair->value);
		return;
	}
	put_c(l, " ");
	put(l, key);
	put_c(l, "=");
	if (is_plain(pair->value) && pair->value.n < sizeof(l->text) / 2 - l->n / 2)
		put(l, pair->value);
	else
		put_quoted(l, pair->value);
}

void
hyk_log_event(enum hyk_log_level level, const char *event, size_t n, const struct hyk_log_pair *pairs)
{
	bool json = atomic_load_explicit(&as_json, memory_order_relaxed);
	struct line l = { .n = 0 };
	ssize_t wrote;

	if ((int)level < atomic_load_explicit(&min_level, memory_order_relaxed))
		return;
	if (json)
		put_c(&l, "{\"time\":\"");
	put_time(&l);
	put_c(&l, json ? "\",\"level\":\"" : " ");
	put_c(&l, level_name(level));
	put_c(&l, json ? "\",\"event\":" : " ");
	if (json || !is_plain(hyk_str_from_c(event)))
		put_quoted(&l, hyk_str_from_c(event));
	else
		put_c(&l, event);
	for (size_t i = 0; i < n; i++)
		put_pair(&l, &pairs[i], json);
	if (json)
		l.text[l.n++] = '}';
	l.text[l.n++] = '\n';
	do
		wrote = write(STDERR_FILENO, l.text, l.n);
	while (wrote < 0 && errno == EINTR);
}
