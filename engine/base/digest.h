/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/digest.h - SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), base64url (RFC 4648 §5, no padding),
 * random bytes from the system, comparison in constant time. The only file of the engine's lower rooms
 * that touches OpenSSL.
 * Threads: any thread.
 */
#ifndef HYK_BASE_DIGEST_H
#define HYK_BASE_DIGEST_H

#include "base/buf.h"
#include "base/str.h"

#define HYK_SHA256_BYTES 32

void hyk_sha256(struct hyk_str data, uint8_t out[HYK_SHA256_BYTES]);
/* SHA-256 of `prefix` followed by data: RFC 6962's leaf hash is prefix 0x00. */
void hyk_sha256_prefixed(uint8_t prefix, struct hyk_str data, uint8_t out[HYK_SHA256_BYTES]);
void hyk_hmac_sha256(struct hyk_str key, struct hyk_str data, uint8_t out[HYK_SHA256_BYTES]);
/* From the system's generator, fetched some at a time. False: there is none; use nothing of out then. */
bool hyk_random(void *out, size_t n) HYK_MUST_CHECK;
void hyk_base64url(struct hyk_buf *b, const uint8_t *p, size_t n);
void hyk_hex(struct hyk_buf *b, const uint8_t *p, size_t n);
bool hyk_equal_secret(const void *a, const void *b, size_t n);

#endif
