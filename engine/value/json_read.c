/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/json_read.c - JSON text to values, without recursion.
 *
 * Members and items of every open list and map lie on one stack, keys before
 * their values, which is also how the entries of a map lie in memory: closing
 * one copies its part of the stack to the arena in one piece and leaves the
 * new value in its place.
 *
 * The UTF-8 is checked once for the whole text, so strings look only for
 * quotes, backslashes and control characters.
 */
#include "value/json.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "value/number.h"
#include "value/vmap.h"

#define DEPTH_MAX 256u /* whatever the caller asks for: what walks values is recursive */
#define FIRST_STACK 128u

struct frame {
	uint32_t at;    /* where its bracket stands */
	uint32_t first; /* index of its first value on the stack */
	bool is_map;
};

struct parser {
	struct hyk_arena *arena;
	const struct hyk_source *src;
	struct hyk_diags *diags;
	const char *base, *p, *end;
	struct hyk_value *stack;
	size_t n, room;
	size_t n_items, max_items;
	unsigned depth, max_depth;
	enum hyk_status st;
	struct hyk_value small[FIRST_STACK];
	struct frame frames[DEPTH_MAX];
};

/* 1: stops the quick run through a string. */
static const unsigned char stops_string[256] = { [0 ... 31] = 1, ['"'] = 1, ['\\'] = 1 };

static uint32_t
offset(const struct parser *ps, const char *p)
{
	return (uint32_t)(p - ps->base);
}

static bool
fail(struct parser *ps, enum hyk_status st, enum hyk_diag_id id, const char *from, const char *to, size_t n_args,
    const struct hyk_str *args)
{
	ps->st = st;
	hyk_diags_add(ps->diags, id, ps->src, (struct hyk_span){ offset(ps, from), (uint32_t)(to - from) }, n_args,
	    args);
	return false;
}

static bool
fail_here(struct parser *ps, enum hyk_diag_id id, const char *from, const char *to)
{
	struct hyk_str bad = hyk_str_make(from, (size_t)(to - from));

	return fail(ps, HYK_E_INVALID, id, from, to, 1, &bad);
}

static bool
no_memory(struct parser *ps)
{
	ps->st = ps->arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	HYK_DIAG0(ps->diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	return false;
}

static bool
fail_limit(struct parser *ps, enum hyk_diag_id id, size_t limit)
{
	char text[24];
	struct hyk_str arg = hyk_str_make(text, (size_t)snprintf(text, sizeof(text), "%zu", limit));

	return fail(ps, HYK_E_LIMIT, id, ps->p, ps->p < ps->end ? ps->p + 1 : ps->p, 1, &arg);
}

/* The end of the character at p, for the caret. */
static const char *
after_character(const struct parser *ps, const char *p)
{
	size_t at = offset(ps, p);

	if (p >= ps->end)
		return p;
	hyk_utf8_next(ps->src->text, &at);
	return ps->base + at;
}

static bool
expected(struct parser *ps, const char *en, const char *ko)
{
	struct hyk_str args[] = { hyk_str_from_c(en), hyk_str_from_c(ko) };
	enum hyk_diag_id id = ps->p < ps->end ? HYK_D_JSON_SYNTAX : HYK_D_JSON_TRUNCATED;

	return fail(ps, HYK_E_INVALID, id, ps->p, after_character(ps, ps->p), 2, args);
}

static inline void
skip_blanks(struct parser *ps)
{
	const char *p = ps->p;

	while (p < ps->end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	ps->p = p;
}

static bool
grow_stack(struct parser *ps)
{
	size_t room = ps->room * 2;
	struct hyk_value *grown;

	if (ps->stack == ps->small) {
		grown = hyk_malloc(room * sizeof(*grown));
		if (grown)
			memcpy(grown, ps->small, ps->n * sizeof(*grown));
	} else {
		grown = hyk_realloc(ps->stack, room * sizeof(*grown));
	}
	if (!grown)
		return no_memory(ps);
	ps->stack = grown;
	ps->room = room;
	return true;
}

static inline bool
push(struct parser *ps, struct hyk_value v)
{
	if (ps->n == ps->room && !grow_stack(ps))
		return false;
	ps->stack[ps->n++] = v;
	return true;
}

/* Four hex digits at p, or -1. */
static int
hex4(const struct parser *ps, const char *p)
{
	int u = 0;

	if (ps->end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			u = u << 4 | (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			u = u << 4 | ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return u;
}

static bool
fail_escape(struct parser *ps, const char *from, size_t n, enum hyk_diag_id id)
{
	const char *to = from;

	while (n-- && to < ps->end && (to == from || *to != '"'))
		to = after_character(ps, to);
	if (to == ps->end) { /* the rest may have been fine */
		ps->p = to;
		return expected(ps, "the closing quote", "닫는 따옴표");
	}
	return fail_here(ps, id, from, to);
}

/* \uXXXX at ps->p (on the backslash), perhaps a pair of them. */
static bool
read_unicode(struct parser *ps, uint32_t *ret_cp)
{
	const char *from = ps->p;
	int high = hex4(ps, from + 2), low;

	if (high < 0)
		return fail_escape(ps, from, 6, HYK_D_JSON_ESCAPE);
	ps->p += 6;
	if (high < 0xd800 || high > 0xdfff) {
		*ret_cp = (uint32_t)high;
		return true;
	}
	if (high >= 0xdc00 || ps->end - ps->p < 6 || ps->p[0] != '\\' || ps->p[1] != 'u')
		return fail_escape(ps, from, 6, HYK_D_JSON_SURROGATE);
	low = hex4(ps, ps->p + 2);
	if (low < 0)
		return fail_escape(ps, ps->p, 6, HYK_D_JSON_ESCAPE);
	if (low < 0xdc00 || low > 0xdfff)
		return fail_escape(ps, from, 6, HYK_D_JSON_SURROGATE);
	ps->p += 6;
	*ret_cp = 0x10000u + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
	return true;
}

/* The escape at ps->p (on the backslash), as UTF-8 at *out. */
static bool
read_escape(struct parser *ps, char **out)
{
	char c = ps->end - ps->p >= 2 ? ps->p[1] : '\0';
	uint32_t cp = 0;

	switch (c) {
	case '"':
	case '\\':
	case '/':
		break;
	case 'b':
		c = '\b';
		break;
	case 'f':
		c = '\f';
		break;
	case 'n':
		c = '\n';
		break;
	case 'r':
		c = '\r';
		break;
	case 't':
		c = '\t';
		break;
	case 'u':
		if (!read_unicode(ps, &cp))
			return false;
		*out += hyk_utf8_encode(cp, *out);
		return true;
	default:
		return fail_escape(ps, ps->p, 2, HYK_D_JSON_ESCAPE);
	}
	*(*out)++ = c;
	ps->p += 2;
	return true;
}

static const char *
run_through(const char *p, const char *end)
{
	while (p < end && !stops_string[(unsigned char)*p])
		p++;
	return p;
}

/* At the first backslash of a string that began at `from`; ends on its closing quote. */
static bool
read_escaped(struct parser *ps, const char *from, struct hyk_str *ret_s)
{
	const char *close = ps->p;
	char *text, *out;

	/* An escape is never longer than what it stands for, so the raw length is enough. */
	while (close < ps->end && *close != '"')
		close += *close == '\\' && ps->end - close > 1 ? 2 : 1;
	text = hyk_arena_alloc(ps->arena, (size_t)(close - from) + 1);
	if (!text)
		return no_memory(ps);
	out = text;
	for (;;) {
		const char *stop = run_through(from, ps->end);

		memcpy(out, from, (size_t)(stop - from));
		out += stop - from;
		ps->p = stop;
		if (stop == ps->end || *stop != '\\')
			break;
		if (!read_escape(ps, &out))
			return false;
		from = ps->p;
	}
	*ret_s = hyk_str_make(text, (size_t)(out - text));
	return true;
}

/* At the opening quote. */
static inline bool
read_string(struct parser *ps, struct hyk_str *ret_s)
{
	const char *open = ps->p, *from = open + 1;
	const char *stop = run_through(from, ps->end);

	ps->p = stop;
	*ret_s = hyk_str_make(from, (size_t)(stop - from));
	if (stop < ps->end && *stop == '\\' && !read_escaped(ps, from, ret_s))
		return false;
	if (ps->p == ps->end)
		return expected(ps, "the closing quote", "닫는 따옴표");
	if (*ps->p != '"')
		return fail(ps, HYK_E_INVALID, HYK_D_JSON_CONTROL, ps->p, ps->p + 1, 0, NULL);
	ps->p++;
	return true;
}

/* Up to what cannot be meant as part of the number, for the message. */
static bool
fail_number(struct parser *ps, const char *from, enum hyk_diag_id id)
{
	const char *to = from;

	while (to < ps->end && ((*to >= '0' && *to <= '9') || ((*to | 32) >= 'a' && (*to | 32) <= 'z') || *to == '+' ||
				   *to == '-' || *to == '.' || *to == '_'))
		to++;
	return fail_here(ps, id, from, to);
}

static inline bool
is_digit(const struct parser *ps, const char *p)
{
	return p < ps->end && *p >= '0' && *p <= '9';
}

static bool
read_double(struct parser *ps, const char *from, const char *p, struct hyk_value *ret_v)
{
	double d;

	if (*p == '.') {
		if (!is_digit(ps, ++p))
			return fail_number(ps, from, HYK_D_JSON_NUMBER);
		while (is_digit(ps, p))
			p++;
	}
	if (p < ps->end && (*p | 32) == 'e') {
		p++;
		if (p < ps->end && (*p == '+' || *p == '-'))
			p++;
		if (!is_digit(ps, p))
			return fail_number(ps, from, HYK_D_JSON_NUMBER);
		while (is_digit(ps, p))
			p++;
	}
	if (!hyk_str_to_double(hyk_str_make(from, (size_t)(p - from)), &d))
		return fail_number(ps, from, HYK_D_JSON_NUMBER_RANGE);
	ps->p = p;
	*ret_v = hyk_double(d);
	return true;
}

/* Whole numbers past 64 bits would lose digits, but for those that canonical text writes for a double: they come back. */
static bool
read_large(struct parser *ps, const char *from, const char *p, struct hyk_value *ret_v)
{
	struct hyk_str text = hyk_str_make(from, (size_t)(p - from));
	char again[32];
	double d;

	if (!hyk_str_to_double(text, &d) || !hyk_str_eq(hyk_str_make(again, hyk_double_format(d, again)), text))
		return fail_number(ps, from, HYK_D_JSON_NUMBER_RANGE);
	ps->p = p;
	*ret_v = hyk_double(d);
	return true;
}

static bool
read_number(struct parser *ps, struct hyk_value *ret_v)
{
	const char *from = ps->p, *p = from, *first;
	bool minus = *p == '-', over = false;
	uint64_t u = 0;

	if (minus)
		p++;
	first = p;
	for (; is_digit(ps, p); p++) {
		if (p - first < 18)
			u = u * 10 + (uint64_t)(*p - '0');
		else
			over |= __builtin_mul_overflow(u, (uint64_t)10, &u) ||
				__builtin_add_overflow(u, (uint64_t)(*p - '0'), &u);
	}
	if (p == first || (*first == '0' && p - first > 1))
		return fail_number(ps, from, HYK_D_JSON_NUMBER);
	if (p < ps->end && (*p == '.' || (*p | 32) == 'e'))
		return read_double(ps, from, p, ret_v);
	if (over || (minus && u > (uint64_t)INT64_MAX + 1))
		return read_large(ps, from, p, ret_v);
	ps->p = p;
	if (minus)
		*ret_v = hyk_int((int64_t)(0 - u));
	else
		*ret_v = u > INT64_MAX ? hyk_uint(u) : hyk_int((int64_t)u);
	return true;
}

static bool
read_word(struct parser *ps, struct hyk_value *ret_v)
{
	struct hyk_str rest = hyk_str_make(ps->p, (size_t)(ps->end - ps->p));

	if (hyk_str_starts_with(rest, HYK_STR("true"))) {
		*ret_v = hyk_bool(true);
		ps->p += 4;
	} else if (hyk_str_starts_with(rest, HYK_STR("false"))) {
		*ret_v = hyk_bool(false);
		ps->p += 5;
	} else if (hyk_str_starts_with(rest, HYK_STR("null"))) {
		*ret_v = hyk_null();
		ps->p += 4;
	} else {
		return expected(ps, "a value", "값");
	}
	return true;
}

/* From just inside a map that is known to be well-formed: the offset of its key number `index`. */
static uint32_t
find_key(const struct parser *ps, uint32_t open, uint32_t index)
{
	const char *p = ps->base + open + 1;
	uint32_t n = 0;
	int depth = 0;
	bool is_key = true;

	for (; p < ps->end; p++) {
		if (*p == '"') {
			if (depth == 0 && is_key && n++ == index)
				break;
			is_key = is_key && depth != 0;
			for (p++; *p != '"'; p++)
				p += *p == '\\';
		} else if (*p == '{' || *p == '[') {
			depth++;
		} else if (*p == '}' || *p == ']') {
			depth--;
		} else if (*p == ',' && depth == 0) {
			is_key = true;
		}
	}
	return offset(ps, p);
}

static bool
fail_duplicate(struct parser *ps, const struct frame *f, struct hyk_str key, uint32_t first, uint32_t dup)
{
	uint32_t first_at = find_key(ps, f->at, first), dup_at = find_key(ps, f->at, dup);
	const char *from = ps->base + dup_at, *to = from + 1;
	struct hyk_span span = { first_at, 0 };
	const struct hyk_source *file = hyk_source_resolve(ps->src, &span);
	struct hyk_position pos = hyk_source_locate(file, span);
	char line[16], column[16];
	struct hyk_str args[3] = { key };

	while (*to != '"')
		to += *to == '\\' ? 2 : 1;
	args[1] = hyk_str_make(line, (size_t)snprintf(line, sizeof(line), "%u", (unsigned)pos.line));
	args[2] = hyk_str_make(column, (size_t)snprintf(column, sizeof(column), "%u", (unsigned)pos.column));
	return fail(ps, HYK_E_INVALID, HYK_D_JSON_DUPLICATE_KEY, from, to + 1, 3, args);
}

static bool
close_map(struct parser *ps, const struct frame *f, struct hyk_value *ret_v)
{
	uint32_t n = (uint32_t)(ps->n - f->first) / 2, first, dup;
	struct hyk_vmap *map = hyk_arena_alloc(ps->arena, sizeof(*map) + n * sizeof(struct hyk_ventry));
	struct hyk_ventry *entries;

	_Static_assert(sizeof(struct hyk_ventry) == 2 * sizeof(struct hyk_value), "an entry is its key and its value");
	_Static_assert(sizeof(struct hyk_vmap) % _Alignof(struct hyk_ventry) == 0, "entries follow their map");
	if (!map)
		return no_memory(ps);
	entries = (struct hyk_ventry *)(map + 1);
	memcpy(entries, ps->stack + f->first, n * sizeof(*entries));
	*map = (struct hyk_vmap){ .n = n, .entries = entries };
	if (!hyk_vmap_build(ps->arena, map, &first, &dup))
		return no_memory(ps);
	if (dup != UINT32_MAX)
		return fail_duplicate(ps, f, hyk_value_str(entries[dup].key), first, dup);
	*ret_v = (struct hyk_value){ .kind = HYK_MAP, .as.map = map };
	return true;
}

static bool
close_list(struct parser *ps, const struct frame *f, struct hyk_value *ret_v)
{
	uint32_t n = (uint32_t)(ps->n - f->first);
	struct hyk_vlist *list = hyk_arena_alloc(ps->arena, sizeof(*list) + n * sizeof(struct hyk_value));
	struct hyk_value *items;

	_Static_assert(sizeof(struct hyk_vlist) % _Alignof(struct hyk_value) == 0, "items follow their list");
	if (!list)
		return no_memory(ps);
	items = (struct hyk_value *)(list + 1);
	memcpy(items, ps->stack + f->first, n * sizeof(*items));
	*list = (struct hyk_vlist){ n, items };
	*ret_v = (struct hyk_value){ .kind = HYK_LIST, .as.list = list };
	return true;
}

static bool
open_frame(struct parser *ps, bool is_map)
{
	if (ps->depth >= ps->max_depth)
		return fail_limit(ps, HYK_D_JSON_DEPTH, ps->max_depth);
	ps->frames[ps->depth++] = (struct frame){ offset(ps, ps->p), (uint32_t)ps->n, is_map };
	ps->p++;
	skip_blanks(ps);
	return true;
}

/* The key of a member and its colon. */
static bool
read_key(struct parser *ps)
{
	struct hyk_str key;

	if (ps->p == ps->end || *ps->p != '"')
		return expected(ps, "a key in double quotes", "큰따옴표로 묶은 키");
	if (!read_string(ps, &key) || !push(ps, hyk_string(key)))
		return false;
	skip_blanks(ps);
	if (ps->p == ps->end || *ps->p != ':')
		return expected(ps, "':' after the key", "키 뒤의 ':'");
	ps->p++;
	skip_blanks(ps);
	return true;
}

/*
 * After a value: closes what it ends. *ret_done: the outermost one is complete
 * and lies alone on the stack; else ps->p is at the next value.
 */
static bool
after_value(struct parser *ps, bool *ret_done)
{
	*ret_done = false;
	for (;;) {
		struct frame *f;
		struct hyk_value v;

		if (!ps->depth) {
			*ret_done = true;
			return true;
		}
		f = &ps->frames[ps->depth - 1];
		skip_blanks(ps);
		if (ps->p < ps->end && *ps->p == ',') {
			ps->p++;
			skip_blanks(ps);
			return f->is_map ? read_key(ps) : true;
		}
		if (ps->p == ps->end || *ps->p != (f->is_map ? '}' : ']'))
			return f->is_map ? expected(ps, "',' or '}'", "',' 또는 '}'") :
					   expected(ps, "',' or ']'", "',' 또는 ']'");
		if (!(f->is_map ? close_map(ps, f, &v) : close_list(ps, f, &v)))
			return false;
		ps->p++;
		ps->n = f->first;
		ps->depth--;
		ps->stack[ps->n++] = v; /* where its bracket's values were, or the room of one */
	}
}

/* One value, or the opening of one. *ret_open: a bracket with something in it was opened. */
static bool
begin_value(struct parser *ps, bool *ret_open)
{
	struct hyk_value v;
	struct hyk_str s;
	bool ok;

	*ret_open = false;
	if (ps->p == ps->end)
		return expected(ps, "a value", "값");
	if (ps->depth && ++ps->n_items > ps->max_items)
		return fail_limit(ps, HYK_D_JSON_ITEMS, ps->max_items);
	switch (*ps->p) {
	case '"':
		ok = read_string(ps, &s);
		v = hyk_string(s);
		break;
	case '{':
	case '[':
		/* Room for the value that the closed bracket leaves, even of an empty one. */
		if (ps->n == ps->room && !grow_stack(ps))
			return false;
		if (!open_frame(ps, *ps->p == '{'))
			return false;
		if (ps->p < ps->end && *ps->p == (ps->frames[ps->depth - 1].is_map ? '}' : ']'))
			return true; /* after_value() closes it */
		*ret_open = true;
		return ps->frames[ps->depth - 1].is_map ? read_key(ps) : true;
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		ok = read_number(ps, &v);
		break;
	default:
		ok = read_word(ps, &v);
		break;
	}
	return ok && push(ps, v);
}

static bool
parse(struct parser *ps)
{
	bool open, done = false;

	skip_blanks(ps);
	if (ps->p == ps->end)
		return fail(ps, HYK_E_INVALID, HYK_D_JSON_EMPTY, ps->p, ps->p, 0, NULL);
	do {
		if (!begin_value(ps, &open))
			return false;
		if (!open && !after_value(ps, &done))
			return false;
	} while (!done);
	skip_blanks(ps);
	if (ps->p < ps->end)
		return fail(ps, HYK_E_INVALID, HYK_D_JSON_TRAILING, ps->p, after_character(ps, ps->p), 0, NULL);
	return true;
}

enum hyk_status
hyk_json_parse(struct hyk_arena *a, const struct hyk_source *src, const struct hyk_json_limits *limits,
    struct hyk_value *ret_v, struct hyk_diags *diags)
{
	struct parser ps; /* not cleared: its stacks are several KiB that a small text never touches */
	size_t max_bytes = limits && limits->max_bytes ? limits->max_bytes : (size_t)1 << 20;
	size_t good;

	ps.arena = a;
	ps.src = src;
	ps.diags = diags;
	ps.base = ps.p = src->text.p ? src->text.p : "";
	ps.end = ps.p + src->text.n;
	ps.stack = ps.small;
	ps.n = 0;
	ps.room = FIRST_STACK;
	ps.n_items = 0;
	ps.max_items = limits && limits->max_items ? limits->max_items : 100000;
	ps.depth = 0;
	ps.max_depth = limits && limits->max_depth ? limits->max_depth : 32;
	if (ps.max_depth > DEPTH_MAX)
		ps.max_depth = DEPTH_MAX;
	ps.st = HYK_OK;
	if (src->text.n > max_bytes) {
		fail_limit(&ps, HYK_D_JSON_SIZE, max_bytes);
		return ps.st;
	}
	if (hyk_str_starts_with(src->text, HYK_STR("\xef\xbb\xbf"))) {
		fail(&ps, HYK_E_INVALID, HYK_D_JSON_BOM, ps.p, ps.p + 3, 0, NULL);
		return ps.st;
	}
	good = hyk_utf8_valid_prefix(src->text);
	if (good < src->text.n) {
		fail(&ps, HYK_E_INVALID, HYK_D_NOT_UTF8, ps.p + good, ps.p + good + 1, 0, NULL);
		return ps.st;
	}
	if (parse(&ps))
		*ret_v = ps.stack[0];
	if (ps.stack != ps.small)
		hyk_free(ps.stack);
	return ps.st;
}
