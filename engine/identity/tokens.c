/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity/tokens.c - tokens in memory for the engine, and the commands that change the file.
 *
 * In memory they are sorted by the hash of the secret. A search by the hash's
 * first bytes tells an outsider nothing: he would need secrets with hashes of
 * his choice. The whole hash is then compared in constant time.
 *
 * A line that cannot be read gives nobody anything and takes nothing from the
 * others; a file that others may write gives nobody anything at all.
 */
#include "identity/tokens.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "identity/tokens_file.h"
#include "store/folder.h"
#include "value/value.h"

#define LOCK_FILE "tokens.lock"
#define SECRET_PREFIX "hyk_"
#define SECRET_BYTES 32
#define SECRET_CHARS 47 /* prefix and 43 */
/* File times move in steps of some milliseconds: a file younger than this may change and look the same. */
#define SURE_AFTER_NS 100000000

struct hyk_tokens {
	pthread_rwlock_t lock; /* stamp, sure, arena, list */
	struct hyk_arena paths, arena;
	struct hyk_str dir;
	const char *path;
	struct hyk_token_stamp stamp;
	bool sure;
	struct hyk_token_list list;
};

static uint64_t
hash_begin(const uint8_t hash[HYK_SHA256_BYTES])
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | hash[i];
	return v;
}

static int
by_hash(const void *a, const void *b)
{
	return memcmp(((const struct hyk_token *)a)->hash, ((const struct hyk_token *)b)->hash, HYK_SHA256_BYTES);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct hyk_token *)a)->caller.name, ((const struct hyk_token *)b)->caller.name);
}

static bool
stamp_equal(const struct hyk_token_stamp *a, const struct hyk_token_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size && a->mtime_s == b->mtime_s &&
	    a->mtime_ns == b->mtime_ns && a->ctime_s == b->ctime_s && a->ctime_ns == b->ctime_ns &&
	    a->mode == b->mode && a->missing == b->missing;
}

static bool
old_enough(const struct hyk_token_stamp *stamp)
{
	struct hyk_time now = hyk_clock_now(hyk_clock_system());

	/* A time that lies ahead says nothing either. */
	return stamp->missing || ((now.s - stamp->ctime_s) * 1000000000 + (now.ns - stamp->ctime_ns) > SURE_AFTER_NS &&
	    now.s - stamp->ctime_s < INT64_C(1000000000));
}

/* Stamp first: a file that changes while it is read is read again. */
static enum hyk_status
load(struct hyk_tokens *t, struct hyk_diags *diags)
{
	struct hyk_token_stamp stamp;
	enum hyk_status st = hyk_token_stamp_take(t->path, &stamp, diags);

	hyk_arena_fini(&t->arena);
	t->list = (struct hyk_token_list){ 0 };
	t->sure = false;
	if (st != HYK_OK && st != HYK_E_NOT_FOUND)
		return st;
	t->stamp = stamp;
	st = hyk_token_list_read(&t->arena, t->dir, &t->list, diags);
	t->sure = (st == HYK_OK || st == HYK_E_INVALID) && old_enough(&stamp);
	if (st != HYK_OK && st != HYK_E_INVALID)
		t->list.n = 0;
	if (t->list.n)
		qsort(t->list.tokens, t->list.n, sizeof(*t->list.tokens), by_hash);
	return st;
}

enum hyk_status
hyk_tokens_open(struct hyk_str dir, struct hyk_tokens **ret_tokens, struct hyk_diags *diags)
{
	struct hyk_tokens *t = hyk_malloc(sizeof(*t));
	struct hyk_arena *keep = NULL;
	struct hyk_token_list first;
	enum hyk_status st;

	if (!t) {
		HYK_DIAG0(diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
		return HYK_E_NOMEM;
	}
	memset(t, 0, sizeof(*t));
	hyk_arena_init(&t->paths, 0);
	hyk_arena_init(&t->arena, 0);
	pthread_rwlock_init(&t->lock, NULL);
	t->path = hyk_folder_path(&t->paths, dir, HYK_TOKENS_FILE, diags);
	t->dir = hyk_arena_dup(&t->paths, dir);
	/* Messages point into the text, so the first reading is in the arena of the messages. */
	if (diags)
		keep = diags->arena;
	st = t->path && t->dir.p ? HYK_OK : HYK_E_NOMEM;
	if (st == HYK_OK && keep)
		st = hyk_token_list_read(keep, dir, &first, diags);
	if (st == HYK_OK)
		st = load(t, NULL);
	if (st != HYK_OK) {
		hyk_tokens_close(t);
		return st;
	}
	*ret_tokens = t;
	return HYK_OK;
}

void
hyk_tokens_close(struct hyk_tokens *t)
{
	if (!t)
		return;
	pthread_rwlock_destroy(&t->lock);
	hyk_arena_fini(&t->arena);
	hyk_arena_fini(&t->paths);
	hyk_free(t);
}

static bool
find_hash(const struct hyk_token_list *list, const uint8_t hash[HYK_SHA256_BYTES], struct hyk_caller *ret_caller)
{
	uint64_t want = hash_begin(hash);
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hash_begin(list->tokens[middle].hash) < want)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < list->n && hash_begin(list->tokens[low].hash) == want; low++) {
		if (hyk_equal_secret(list->tokens[low].hash, hash, HYK_SHA256_BYTES)) {
			*ret_caller = list->tokens[low].caller;
			return true;
		}
	}
	return false;
}

bool
hyk_tokens_find(struct hyk_tokens *t, struct hyk_str secret, struct hyk_caller *ret_caller)
{
	uint8_t hash[HYK_SHA256_BYTES];
	struct hyk_token_stamp stamp;
	enum hyk_status st;
	bool found = false, fresh;

	if (secret.n != SECRET_CHARS || !hyk_str_starts_with(secret, HYK_STR(SECRET_PREFIX)))
		return false;
	hyk_sha256(secret, hash);
	st = hyk_token_stamp_take(t->path, &stamp, NULL);
	if (st != HYK_OK && st != HYK_E_NOT_FOUND)
		return false;
	pthread_rwlock_rdlock(&t->lock);
	fresh = t->sure && stamp_equal(&stamp, &t->stamp);
	if (fresh)
		found = find_hash(&t->list, hash, ret_caller);
	pthread_rwlock_unlock(&t->lock);
	if (fresh)
		return found;
	pthread_rwlock_wrlock(&t->lock);
	if (!t->sure || !stamp_equal(&stamp, &t->stamp))
		(void)load(t, NULL);
	found = find_hash(&t->list, hash, ret_caller);
	pthread_rwlock_unlock(&t->lock);
	return found;
}

/* Makes the folder, takes the lock of all who change the file, reads it. */
static enum hyk_status
begin_change(struct hyk_str dir, struct hyk_arena *a, struct hyk_token_list *ret_list, int *ret_fd,
    struct hyk_diags *diags)
{
	enum hyk_status st = hyk_folder_make(dir, diags);

	if (st == HYK_OK)
		st = hyk_folder_lock(dir, LOCK_FILE, true, ret_fd, diags);
	if (st == HYK_OK)
		st = hyk_token_list_read(a, dir, ret_list, diags);
	return st;
}

static const struct hyk_token *
find_name(const struct hyk_token_list *list, struct hyk_str name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (hyk_str_eq_c(name, list->tokens[i].caller.name))
			return &list->tokens[i];
	}
	return NULL;
}

static enum hyk_status
check_new(struct hyk_str name, struct hyk_str commons, uint32_t rights, struct hyk_diags *diags)
{
	if (!hyk_token_name_valid(name)) {
		HYK_DIAG(diags, HYK_D_TOKEN_NAME, NULL, HYK_NO_SPAN, name);
		return HYK_E_INVALID;
	}
	if (!hyk_token_commons_valid(commons)) {
		HYK_DIAG(diags, HYK_D_TOKEN_COMMONS, NULL, HYK_NO_SPAN, commons);
		return HYK_E_INVALID;
	}
	if (!rights || rights & ~(uint32_t)0xff) {
		HYK_DIAG(diags, HYK_D_RIGHT_UNKNOWN, NULL, HYK_NO_SPAN, HYK_STR(""));
		return HYK_E_INVALID;
	}
	return HYK_OK;
}

/* Appends the line to `b` and the secret to the arena. */
static enum hyk_status
write_new(struct hyk_buf *b, struct hyk_str name, struct hyk_str commons, uint32_t rights, struct hyk_arena *a,
    struct hyk_str *ret_secret, struct hyk_diags *diags)
{
	/* The moment is for people who read the file; no decision depends on it. */
	struct hyk_time now = hyk_clock_now(hyk_clock_system());
	uint8_t random[SECRET_BYTES], hash[HYK_SHA256_BYTES];
	struct hyk_buf secret;
	char created[40];

	if (!hyk_random(random, sizeof(random))) {
		HYK_DIAG0(diags, HYK_D_NO_RANDOM, NULL, HYK_NO_SPAN);
		return HYK_E_IO;
	}
	hyk_buf_init(&secret, 0);
	hyk_buf_append(&secret, HYK_STR(SECRET_PREFIX));
	hyk_base64url(&secret, random, sizeof(random));
	*ret_secret = secret.failed ? (struct hyk_str){ NULL, 0 } : hyk_arena_dup(a, hyk_buf_peek(&secret));
	if (secret.p)
		explicit_bzero(secret.p, secret.n);
	hyk_buf_fini(&secret);
	explicit_bzero(random, sizeof(random));
	if (!ret_secret->p)
		return HYK_E_NOMEM;
	hyk_sha256(*ret_secret, hash);
	hyk_buf_append(b, name);
	hyk_buf_append_char(b, ' ');
	hyk_buf_append(b, commons);
	hyk_buf_append_char(b, ' ');
	hyk_rights_write(b, rights);
	hyk_buf_append_char(b, ' ');
	hyk_hex(b, hash, sizeof(hash));
	hyk_buf_append_char(b, ' ');
	hyk_buf_append(b, hyk_str_make(created, hyk_timestamp_format(hyk_timestamp(now.s, 0), created)));
	hyk_buf_append_char(b, '\n');
	return b->failed ? HYK_E_NOMEM : HYK_OK;
}

static enum hyk_status
replace(struct hyk_str dir, struct hyk_arena *a, const struct hyk_buf *b, struct hyk_diags *diags)
{
	const char *path = hyk_folder_path(a, dir, HYK_TOKENS_FILE, diags);

	if (!path || b->failed)
		return HYK_E_NOMEM;
	return hyk_file_replace(hyk_str_from_c(path), hyk_buf_peek(b), 0600, diags);
}

enum hyk_status
hyk_tokens_add(struct hyk_str dir, struct hyk_str name, struct hyk_str commons, uint32_t rights, struct hyk_arena *a,
    struct hyk_str *ret_secret, struct hyk_diags *diags)
{
	struct hyk_arena own, *scratch = diags ? diags->arena : &own;
	struct hyk_token_list list;
	struct hyk_str secret;
	struct hyk_buf b;
	int fd = -1;
	enum hyk_status st = check_new(name, commons, rights, diags);

	hyk_arena_init(&own, 0);
	hyk_buf_init(&b, 0);
	if (st == HYK_OK)
		st = begin_change(dir, scratch, &list, &fd, diags);
	if (st != HYK_OK)
		goto out;
	if (find_name(&list, name)) {
		HYK_DIAG(diags, HYK_D_TOKEN_EXISTS, NULL, HYK_NO_SPAN, name);
		st = HYK_E_EXISTS;
		goto out;
	}
	if (list.missing)
		hyk_buf_append(&b, HYK_STR("# name commons rights sha256-of-the-secret created\n"));
	hyk_buf_append(&b, list.text);
	if (list.text.n && list.text.p[list.text.n - 1] != '\n')
		hyk_buf_append_char(&b, '\n');
	st = write_new(&b, name, commons, rights, a, &secret, diags);
	if (st == HYK_OK)
		st = replace(dir, scratch, &b, diags);
	if (st == HYK_OK)
		*ret_secret = secret;
out:
	hyk_folder_unlock(fd);
	hyk_buf_fini(&b);
	hyk_arena_fini(&own);
	return st;
}

enum hyk_status
hyk_tokens_remove(struct hyk_str dir, struct hyk_str name, struct hyk_diags *diags)
{
	struct hyk_arena own, *scratch = diags ? diags->arena : &own;
	struct hyk_token_list list;
	const struct hyk_token *t = NULL;
	struct hyk_buf b;
	int fd = -1;
	enum hyk_status st;

	hyk_arena_init(&own, 0);
	hyk_buf_init(&b, 0);
	st = begin_change(dir, scratch, &list, &fd, diags);
	if (st != HYK_OK)
		goto out;
	t = find_name(&list, name);
	if (!t) {
		HYK_DIAG(diags, HYK_D_TOKEN_UNKNOWN, NULL, HYK_NO_SPAN, name);
		st = HYK_E_NOT_FOUND;
		goto out;
	}
	hyk_buf_append(&b, hyk_str_make(list.text.p, t->line.at));
	hyk_buf_append(&b,
	    hyk_str_make(list.text.p + t->line.at + t->line.n, list.text.n - t->line.at - t->line.n));
	st = replace(dir, scratch, &b, diags);
out:
	hyk_folder_unlock(fd);
	hyk_buf_fini(&b);
	hyk_arena_fini(&own);
	return st;
}

enum hyk_status
hyk_tokens_list(struct hyk_str dir, struct hyk_arena *a, struct hyk_caller **ret_callers, size_t *ret_n,
    struct hyk_diags *diags)
{
	struct hyk_token_list list;
	struct hyk_caller *callers;
	enum hyk_status st = hyk_token_list_read(diags ? diags->arena : a, dir, &list, diags);

	if (st != HYK_OK)
		return st;
	callers = hyk_arena_array(a, list.n, sizeof(*callers));
	if (!callers)
		return HYK_E_NOMEM;
	if (list.n)
		qsort(list.tokens, list.n, sizeof(*list.tokens), by_name);
	for (size_t i = 0; i < list.n; i++)
		callers[i] = list.tokens[i].caller;
	*ret_callers = callers;
	*ret_n = list.n;
	return HYK_OK;
}
