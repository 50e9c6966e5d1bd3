/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger/record.c - writes a leaf and what it hides, and checks them.
 *
 * The disclosure is written as the values come, each in its canonical bytes,
 * which are the very bytes its commitment was made over. So checking never
 * re-reads a number or a string: it takes the bytes as they lie.
 *
 * The first member of a disclosure, named "", is the seal: its salt and null.
 * The leaf's member "disclosure" is the commitment to all bytes behind it, so
 * that paths and kept values cannot be changed unseen either.
 */
#include "ledger/record.h"

#include "base/digest.h"
#include "value/json.h"

#define SALT_BYTES 32
#define SALT_CHARS 43 /* base64url of 32 bytes */
#define SEAL_NAME "disclosure"
#define SEAL_BEGIN "{\"\":[\""
#define SEAL_END "\",null]"
#define SEAL_BYTES (sizeof(SEAL_BEGIN) - 1 + SALT_CHARS + sizeof(SEAL_END) - 1)
#define TEXT_BYTES 1024

/* On the heap while they grow; the arena frees them, also of a record that is given up halfway. */
struct hyk_record_text {
	struct hyk_buf leaf, hidden;
};

/* As hyk_base64url(), for the one length there is: a record holds a dozen of these, and appending bit by bit shows. */
static void
write_32(const uint8_t p[SALT_BYTES], char out[SALT_CHARS])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	_Static_assert(SALT_BYTES == HYK_SHA256_BYTES, "a salt is as long as a hash");
	for (size_t i = 0; i + 2 < SALT_BYTES; i += 3, out += 4) {
		uint32_t bits = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];

		out[0] = digits[bits >> 18];
		out[1] = digits[bits >> 12 & 63];
		out[2] = digits[bits >> 6 & 63];
		out[3] = digits[bits & 63];
	}
	out[0] = digits[p[30] >> 2];
	out[1] = digits[(p[30] & 3) << 4 | p[31] >> 4];
	out[2] = digits[(p[31] & 15) << 2];
}

static void
free_text(void *self)
{
	struct hyk_record_text *t = self;

	hyk_buf_fini(&t->leaf);
	hyk_buf_fini(&t->hidden);
}

static void
fail(struct hyk_record *r, enum hyk_status st)
{
	if (!r->failed)
		r->why = st;
	r->failed = true;
}

void
hyk_record_begin(struct hyk_record *r, struct hyk_arena *arena)
{
	memset(r, 0, sizeof(*r));
	r->arena = arena;
	hyk_mapb_init(&r->leaf, arena);
	hyk_mapb_init(&r->paths, arena);
	r->text = hyk_arena_alloc(arena, sizeof(*r->text));
	if (!r->text) {
		fail(r, HYK_E_NOMEM);
		return;
	}
	hyk_buf_init(&r->text->leaf, 0);
	hyk_buf_init(&r->text->hidden, 0);
	if (hyk_arena_defer(arena, free_text, r->text) != HYK_OK)
		fail(r, HYK_E_NOMEM);
}

void
hyk_record_put(struct hyk_record *r, const char *name, struct hyk_value v)
{
	/* An error value is what a list or map is when there was no memory for it: it must not become null. */
	if (!r->failed && (v.kind == HYK_ERROR_VALUE || !hyk_mapb_add_c(&r->leaf, name, v)))
		fail(r, HYK_E_NOMEM);
}

static bool
new_salt(struct hyk_record *r, uint8_t salt[HYK_SHA256_BYTES])
{
	if (hyk_random(salt, HYK_SHA256_BYTES))
		return true;
	fail(r, HYK_E_IO);
	return false;
}

/* Begins "path":[ in the disclosure; the room for the seal is left at its front. */
static bool
begin_hidden(struct hyk_record *r, struct hyk_str path, struct hyk_value v)
{
	struct hyk_buf *b;
	char *room;

	if (r->failed)
		return false;
	b = &r->text->hidden;
	if (!b->n) {
		room = hyk_buf_reserve(b, TEXT_BYTES);
		if (room) {
			memset(room, ' ', SEAL_BYTES);
			hyk_buf_commit(b, SEAL_BYTES);
		}
	}
	if (!path.n) {
		fail(r, HYK_E_INVALID);
		return false;
	}
	if (v.kind == HYK_ERROR_VALUE || b->failed || !hyk_mapb_add(&r->paths, hyk_string(path), hyk_null())) {
		fail(r, HYK_E_NOMEM);
		return false;
	}
	hyk_buf_append_char(b, ',');
	hyk_json_write_str(b, path);
	hyk_buf_append(b, HYK_STR(":["));
	return true;
}

/* base64url(HMAC-SHA-256(salt, data)) as a string in the arena. */
static struct hyk_value
commitment(struct hyk_record *r, const uint8_t *salt, struct hyk_str data)
{
	uint8_t mac[HYK_SHA256_BYTES];
	char chars[SALT_CHARS];
	struct hyk_str text;

	hyk_hmac_sha256(hyk_str_make((const char *)salt, SALT_BYTES), data, mac);
	write_32(mac, chars);
	text = hyk_arena_dup(r->arena, hyk_str_make(chars, sizeof(chars)));
	if (!text.p) {
		fail(r, HYK_E_NOMEM);
		return (struct hyk_value){ .kind = HYK_ERROR_VALUE };
	}
	return hyk_string(text);
}

struct hyk_value
hyk_record_commit(struct hyk_record *r, struct hyk_str path, struct hyk_value v)
{
	struct hyk_value none = { .kind = HYK_ERROR_VALUE };
	uint8_t salt[HYK_SHA256_BYTES];
	char chars[SALT_CHARS];
	struct hyk_buf *b;
	size_t at;

	if (!begin_hidden(r, path, v) || !new_salt(r, salt))
		return none;
	b = &r->text->hidden;
	write_32(salt, chars);
	hyk_buf_append_char(b, '"');
	hyk_buf_append(b, hyk_str_make(chars, sizeof(chars)));
	hyk_buf_append(b, HYK_STR("\","));
	at = b->n;
	hyk_json_write_canonical(b, v);
	if (b->failed) {
		fail(r, HYK_E_NOMEM);
		return none;
	}
	none = commitment(r, salt, hyk_str_make(b->p + at, b->n - at));
	hyk_buf_append_char(b, ']');
	return none;
}

void
hyk_record_keep(struct hyk_record *r, struct hyk_str path, struct hyk_value v)
{
	struct hyk_buf *b;

	if (!begin_hidden(r, path, v))
		return;
	b = &r->text->hidden;
	hyk_buf_append(b, HYK_STR("null,"));
	hyk_json_write_canonical(b, v);
	hyk_buf_append_char(b, ']');
}

/* Fills the room at the front, and commits the leaf to everything behind it. */
static void
seal(struct hyk_record *r)
{
	struct hyk_buf *b = &r->text->hidden;
	uint8_t salt[HYK_SHA256_BYTES];
	char *p;

	hyk_buf_append_char(b, '}');
	if (b->failed) {
		fail(r, HYK_E_NOMEM);
		return;
	}
	if (!new_salt(r, salt))
		return;
	hyk_record_put(r, SEAL_NAME, commitment(r, salt, hyk_str_make(b->p + SEAL_BYTES, b->n - SEAL_BYTES)));
	p = b->p;
	memcpy(p, SEAL_BEGIN, sizeof(SEAL_BEGIN) - 1);
	p += sizeof(SEAL_BEGIN) - 1;
	write_32(salt, p);
	memcpy(p + SALT_CHARS, SEAL_END, sizeof(SEAL_END) - 1);
}

enum hyk_status
hyk_record_finish(struct hyk_record *r, struct hyk_store_record *ret)
{
	struct hyk_buf *leaf;
	struct hyk_str text, hidden = HYK_STR("");
	struct hyk_value map;
	uint32_t dup;

	if (!r->failed && r->text->hidden.n) {
		seal(r);
		(void)hyk_mapb_finish(&r->paths, &dup);
		if (dup != UINT32_MAX)
			fail(r, HYK_E_INVALID);
	}
	if (r->failed)
		return r->why;
	map = hyk_mapb_finish(&r->leaf, &dup);
	if (map.kind == HYK_ERROR_VALUE)
		return HYK_E_NOMEM;
	if (dup != UINT32_MAX)
		return HYK_E_INVALID;
	leaf = &r->text->leaf;
	hyk_buf_reset(leaf);
	hyk_json_write_canonical(leaf, map);
	text = leaf->failed ? (struct hyk_str){ NULL, 0 } : hyk_arena_dup(r->arena, hyk_buf_peek(leaf));
	if (r->text->hidden.n)
		hidden = hyk_arena_dup(r->arena, hyk_buf_peek(&r->text->hidden));
	if (!text.p || !hidden.p)
		return HYK_E_NOMEM;
	ret->leaf = text;
	ret->disclosure = hidden;
	hyk_sha256_prefixed(0, text, ret->leaf_hash);
	return HYK_OK;
}

/* Checking: the bytes as they lie. Everything below answers false to what we would not have written. */

static bool
eat(struct hyk_str *s, struct hyk_str what)
{
	if (!hyk_str_starts_with(*s, what))
		return false;
	*s = hyk_str_make(s->p + what.n, s->n - what.n);
	return true;
}

/* Moves past one JSON value; nesting needs no stack, for only the depth counts. */
static bool
eat_value(struct hyk_str *s)
{
	size_t i = 0, depth = 0;
	bool in_string = false;

	for (; i < s->n; i++) {
		char c = s->p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (depth && (c == '}' || c == ']')) {
			depth--;
		} else if (!depth && (c == ',' || c == ']' || c == '}' || c == ':')) {
			break;
		}
	}
	if (!i || i >= s->n || in_string)
		return false;
	*s = hyk_str_make(s->p + i, s->n - i);
	return true;
}

static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* 43 characters to 32 bytes. */
static bool
eat_salt(struct hyk_str *s, uint8_t salt[SALT_BYTES])
{
	uint32_t bits = 0;
	size_t n = 0;

	if (s->n < SALT_CHARS)
		return false;
	for (size_t i = 0; i < SALT_CHARS; i++) {
		int d = digit_of(s->p[i]);

		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		if (i % 4 == 3) {
			salt[n++] = (uint8_t)(bits >> 16);
			salt[n++] = (uint8_t)(bits >> 8);
			salt[n++] = (uint8_t)bits;
			bits = 0;
		}
	}
	/* Three characters are left: 18 bits, of which the last two say nothing and must be zero. */
	if (bits & 3)
		return false;
	salt[n++] = (uint8_t)(bits >> 10);
	salt[n++] = (uint8_t)(bits >> 2);
	*s = hyk_str_make(s->p + SALT_CHARS, s->n - SALT_CHARS);
	return n == SALT_BYTES;
}

/* Does the leaf hold `before`, the commitment to data under this salt, and a quote? */
static bool
holds_commitment(struct hyk_arena *a, struct hyk_str leaf, const char *before, const uint8_t *salt, struct hyk_str data)
{
	uint8_t mac[HYK_SHA256_BYTES];
	struct hyk_buf b;
	struct hyk_str text;

	hyk_hmac_sha256(hyk_str_make((const char *)salt, SALT_BYTES), data, mac);
	hyk_buf_init(&b, 0);
	hyk_base64url(&b, mac, sizeof(mac));
	text = hyk_arena_printf(a, "%s\"%.*s\"", before, HYK_STR_ARG(hyk_buf_peek(&b)));
	hyk_buf_fini(&b);
	return text.p && hyk_str_find(leaf, text) != SIZE_MAX;
}

bool
hyk_record_verify(struct hyk_arena *a, const struct hyk_store_record *r)
{
	uint8_t hash[HYK_SHA256_BYTES], salt[SALT_BYTES];
	struct hyk_str s = r->disclosure, value;
	bool hidden;

	hyk_sha256_prefixed(0, r->leaf, hash);
	if (memcmp(hash, r->leaf_hash, sizeof(hash)) != 0)
		return false;
	if (!s.n)
		return true;
	if (!eat(&s, HYK_STR(SEAL_BEGIN)) || !eat_salt(&s, salt) || !eat(&s, HYK_STR(SEAL_END)) ||
	    !holds_commitment(a, r->leaf, "\"" SEAL_NAME "\":", salt, s))
		return false;
	while (!eat(&s, HYK_STR("}"))) {
		if (!eat(&s, HYK_STR(",")) || !eat_value(&s) || !eat(&s, HYK_STR(":[")))
			return false;
		hidden = eat(&s, HYK_STR("\""));
		if (hidden ? !eat_salt(&s, salt) || !eat(&s, HYK_STR("\",")) : !eat(&s, HYK_STR("null,")))
			return false;
		value = s;
		if (!eat_value(&s))
			return false;
		value.n -= s.n;
		if (!eat(&s, HYK_STR("]")) || (hidden && !holds_commitment(a, r->leaf, "", salt, value)))
			return false;
	}
	return s.n == 0;
}
