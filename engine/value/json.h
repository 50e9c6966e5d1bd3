/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/json.h - JSON (RFC 8259) in and out.
 *
 * In: a pull parser of our own (a general library costs more than a whole
 * decision), strict: UTF-8, no duplicate keys, no lone surrogates, limits.
 * Numbers without fraction or exponent become int (uint above 2^63 - 1), all
 * others double; what fits neither, or is infinite, is an error.
 *
 * Lifetime:  values live in the arena; strings without escapes point into the
 *            text, which must live as long.
 * Limits:    struct hyk_json_limits.
 * Threads:   any thread.
 * Errors:    HYK_E_INVALID or HYK_E_LIMIT with one 2xx message (the first fault), HYK_E_NOMEM.
 */
#ifndef HYK_VALUE_JSON_H
#define HYK_VALUE_JSON_H

#include "base/buf.h"
#include "base/diag.h"
#include "value/value.h"

struct hyk_json_limits {
	size_t max_bytes; /* 0: 1 MiB */
	unsigned max_depth; /* 0: 32 */
	size_t max_items; /* of all lists and maps together; 0: 100,000 */
};

enum hyk_status hyk_json_parse(struct hyk_arena *a, const struct hyk_source *src, const struct hyk_json_limits *limits,
    struct hyk_value *ret_v, struct hyk_diags *diags) HYK_MUST_CHECK;

/*
 * The value as JSON: timestamps as RFC 3339, durations as "5400s", bytes as base64url, uint as a number;
 * map keys as text. NaN and infinities as strings. Insertion order. Unknown, absent, error: null.
 */
void hyk_json_write(struct hyk_buf *b, struct hyk_value v);
/* A JSON string with its quotes. */
void hyk_json_write_str(struct hyk_buf *b, struct hyk_str s);
/* RFC 8785 (JCS): keys by UTF-16 units, numbers as ECMAScript prints them, no blanks. Integers past 2^53 as strings. */
void hyk_json_write_canonical(struct hyk_buf *b, struct hyk_value v);

#endif
