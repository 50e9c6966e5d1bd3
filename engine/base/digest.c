/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/digest.c - SHA-256 by OpenSSL's low-level calls.
 *
 * They are deprecated in 3.0 in favour of EVP, which allocates, looks the
 * algorithm up and costs several times more for the few hundred bytes of a
 * record; and they cannot fail.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <sys/random.h>

#define POOL_BYTES ((size_t)512)

void
hyk_sha256(struct hyk_str data, uint8_t out[HYK_SHA256_BYTES])
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, data.p, data.n);
	SHA256_Final(out, &c);
}

void
hyk_sha256_prefixed(uint8_t prefix, struct hyk_str data, uint8_t out[HYK_SHA256_BYTES])
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, &prefix, 1);
	SHA256_Update(&c, data.p, data.n);
	SHA256_Final(out, &c);
}

void
hyk_hmac_sha256(struct hyk_str key, struct hyk_str data, uint8_t out[HYK_SHA256_BYTES])
{
	uint8_t block[SHA256_CBLOCK] = { 0 }, inner[HYK_SHA256_BYTES];
	SHA256_CTX c;

	if (key.n > sizeof(block))
		hyk_sha256(key, block);
	else if (key.n)
		memcpy(block, key.p, key.n);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36;
	SHA256_Init(&c);
	SHA256_Update(&c, block, sizeof(block));
	SHA256_Update(&c, data.p, data.n);
	SHA256_Final(inner, &c);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36 ^ 0x5c;
	SHA256_Init(&c);
	SHA256_Update(&c, block, sizeof(block));
	SHA256_Update(&c, inner, sizeof(inner));
	SHA256_Final(out, &c);
	OPENSSL_cleanse(block, sizeof(block));
	OPENSSL_cleanse(inner, sizeof(inner));
	OPENSSL_cleanse(&c, sizeof(c));
}

/* Not yet given out, at the end of bytes[]. A system call costs more than what is done with a salt. */
static _Thread_local struct {
	uint8_t bytes[POOL_BYTES];
	size_t left;
} pool;
static pthread_once_t pool_once = PTHREAD_ONCE_INIT;
static bool pool_usable;

/* A child of fork() must not give out what its parent will. */
static void
forget_pool(void)
{
	pool.left = 0;
}

static void
guard_pool(void)
{
	pool_usable = pthread_atfork(NULL, NULL, forget_pool) == 0;
}

static bool
from_system(void *out, size_t n)
{
	uint8_t *p = out;

	while (n) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		p += got;
		n -= (size_t)got;
	}
	return true;
}

bool
hyk_random(void *out, size_t n)
{
	uint8_t *from;

	pthread_once(&pool_once, guard_pool);
	if (!pool_usable || n > POOL_BYTES / 4)
		return from_system(out, n);
	if (pool.left < n) {
		pool.left = 0;
		if (!from_system(pool.bytes, POOL_BYTES))
			return false;
		pool.left = POOL_BYTES;
	}
	from = pool.bytes + POOL_BYTES - pool.left;
	if (n)
		memcpy(out, from, n);
	OPENSSL_cleanse(from, n);
	pool.left -= n;
	return true;
}

void
hyk_base64url(struct hyk_buf *b, const uint8_t *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (; n >= 3; n -= 3, p += 3) {
		char four[4] = { digits[p[0] >> 2], digits[(p[0] & 3) << 4 | p[1] >> 4],
			digits[(p[1] & 15) << 2 | p[2] >> 6], digits[p[2] & 63] };

		hyk_buf_append(b, hyk_str_make(four, 4));
	}
	if (n) {
		uint8_t second = n == 2 ? p[1] : 0;

		hyk_buf_append_char(b, digits[p[0] >> 2]);
		hyk_buf_append_char(b, digits[(p[0] & 3) << 4 | second >> 4]);
		if (n == 2)
			hyk_buf_append_char(b, digits[(second & 15) << 2]);
	}
}

void
hyk_hex(struct hyk_buf *b, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		hyk_buf_append_char(b, digits[p[i] >> 4]);
		hyk_buf_append_char(b, digits[p[i] & 15]);
	}
}

bool
hyk_equal_secret(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
