/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/wire.h - the bounded binary form in which values and messages cross the wall.
 *
 * A value is one tag byte and what follows it; numbers are 8 bytes, lengths 4,
 * in the machine's order (both sides are the same machine). Only what both
 * JSON and Lua can say exists: no addresses, no sharing, no NaN.
 *
 * Lifetime:  writers and readers borrow their bytes.
 * Limits:    a writer never passes `cap`, a reader never passes `n`.
 * Threads:   one thread at a time.
 * Errors:    a writer that has no room sets `full`, a reader that runs past the end
 *            sets `bad`; both then do nothing more: check once at the end.
 */
#ifndef HYK_SANDBOX_WIRE_H
#define HYK_SANDBOX_WIRE_H

#include "base/str.h"

enum hyk_wire_tag {
	HYK_WIRE_NULL,
	HYK_WIRE_FALSE,
	HYK_WIRE_TRUE,
	HYK_WIRE_INT,
	HYK_WIRE_DOUBLE,
	HYK_WIRE_STRING, /* u32 bytes */
	HYK_WIRE_LIST,   /* u32 items */
	HYK_WIRE_MAP,    /* u32 entries, each a key (string, int or bool) and a value */
	HYK_WIRE_N_TAGS
};

struct hyk_wire_out {
	uint8_t *p;
	size_t n, cap;
	bool full;
};

struct hyk_wire_in {
	const uint8_t *p;
	size_t n, at;
	bool bad;
};

void hyk_wire_put_u8(struct hyk_wire_out *o, uint8_t v);
void hyk_wire_put_u32(struct hyk_wire_out *o, uint32_t v);
void hyk_wire_put_u64(struct hyk_wire_out *o, uint64_t v);
/* u32 length and the bytes. */
void hyk_wire_put_str(struct hyk_wire_out *o, struct hyk_str s);
/* Overwrites four bytes written before, for counts known late. */
void hyk_wire_patch_u32(struct hyk_wire_out *o, size_t at, uint32_t v);

void hyk_wire_put_int(struct hyk_wire_out *o, int64_t v);
void hyk_wire_put_double(struct hyk_wire_out *o, double v);
void hyk_wire_put_string(struct hyk_wire_out *o, struct hyk_str s);

uint8_t hyk_wire_get_u8(struct hyk_wire_in *i);
uint32_t hyk_wire_get_u32(struct hyk_wire_in *i);
uint64_t hyk_wire_get_u64(struct hyk_wire_in *i);
double hyk_wire_get_f64(struct hyk_wire_in *i);
/* Points into the reader's bytes; empty when bad. */
struct hyk_str hyk_wire_get_str(struct hyk_wire_in *i);

/* What one conversion may take. */
struct hyk_wire_limits {
	uint32_t depth, nodes, bytes;
};

/* Where in a value a conversion stands ("terms.amount[2]"), and what is wrong there. */
struct hyk_wire_path {
	char text[120];
	size_t n;
	char why[120];
};
void hyk_wire_path_init(struct hyk_wire_path *p);
/* Both return the length to give back to _leave. */
size_t hyk_wire_path_enter_key(struct hyk_wire_path *p, struct hyk_str key);
size_t hyk_wire_path_enter_item(struct hyk_wire_path *p, uint64_t index);
void hyk_wire_path_leave(struct hyk_wire_path *p, size_t n);
/* Keeps the first reason only. */
void hyk_wire_path_fail(struct hyk_wire_path *p, const char *fmt, ...) HYK_PRINTF(2, 3);

#endif
