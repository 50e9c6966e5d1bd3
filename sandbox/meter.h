/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/meter.h - what one Lua state may use: work units, memory; and the image it starts every
 * call from.
 *
 * All memory of the state lies in one run of addresses (the arena), handed
 * out by the function given to lua_newstate. After the plugin is loaded the
 * parts in use are copied aside; before every call they are copied back, so
 * every call finds the same bytes at the same addresses.
 *
 * One unit is one VM instruction (counted by a hook) or one step inside a
 * C function. Reaching a limit sets a mark that stays: whatever the script
 * still answers is void.
 *
 * Lifetime:  init -> (begin, run Lua)* ; snapshot and restore between runs of Lua only.
 * Limits:    struct hyk_meter_limits.
 * Threads:   one thread at a time; the meter in use is thread-local.
 * Errors:    charging raises a Lua error; allocation gives NULL.
 */
#ifndef HYK_SANDBOX_METER_H
#define HYK_SANDBOX_METER_H

#include <lua.h>

#include "base/defs.h"

#define HYK_METER_STEP 100        /* instructions between two calls of the hook */
#define HYK_METER_COLLECTION 500  /* units for a full collection because the heap was full */
#define HYK_METER_MAX_NUMERAL 400 /* characters of a text that may become a number */
#define HYK_METER_N_CLASSES 80
#define HYK_METER_MAX_BLOCK ((size_t)1 << 20)

enum hyk_mark { HYK_MARK_NONE, HYK_MARK_BUDGET, HYK_MARK_MEMORY };

struct hyk_meter_limits {
	uint64_t units;
	size_t heap, block, total;
};

struct hyk_free_block {
	struct hyk_free_block *next;
};

struct hyk_meter {
	struct hyk_meter_limits limits;
	uint64_t units;
	size_t live, peak, total;
	enum hyk_mark mark;
	bool refused; /* the last growth was refused because the heap was full: Lua collects and
	                 asks once more */
	lua_State *L;
	/* the arena */
	char *base;
	size_t room, top;
	struct hyk_free_block *free[HYK_METER_N_CLASSES];
	bool on_malloc; /* tests: every block from malloc, so that a sanitizer sees its bounds */
	/* tests: the n-th growth from now fails (0: none), once or from then on */
	uint64_t growths, fail_at;
	bool fail_on;
};

/* Runs of the arena that are in use, copied aside. */
struct hyk_image_run {
	uint32_t at, n; /* bytes of the arena */
};
struct hyk_image {
	lua_State *L;
	struct hyk_image_run *runs;
	uint32_t n_runs;
	char *bytes;
	size_t n_bytes, top, live;
};

/* `base` has `room` bytes; NULL: blocks come from malloc. */
void hyk_meter_init(struct hyk_meter *m, void *base, size_t room);
/* Starts counting from zero, with these limits, for the calling thread. */
void hyk_meter_begin(struct hyk_meter *m, const struct hyk_meter_limits *limits);
/* The thread's meter, as hyk_meter_begin set it. */
struct hyk_meter *hyk_meter_current(void);
/* lua_Alloc. */
void *hyk_meter_alloc(void *meter, void *p, size_t osize, size_t nsize);
/* Sets the count hook. */
void hyk_meter_watch(struct hyk_meter *m, lua_State *L);
/* Units that may still be used. */
uint64_t hyk_meter_left(const struct hyk_meter *m);
/* Adds n units; raises when they are used up, or when a limit was hit before. */
void hyk_meter_charge(lua_State *L, uint64_t n);
/* For work over n bytes that costs about a nanosecond each. */
void hyk_meter_charge_bytes(lua_State *L, size_t n);
/* The same where nothing may be raised: the next instruction ends the call. */
void hyk_meter_charge_later(struct hyk_meter *m, uint64_t n);

/*
 * Copies what is in use into `vault`; `scratch` has a byte for every 16 of the
 * arena. False: the vault is too small. *ret_used is what was taken of it.
 */
bool hyk_meter_snapshot(struct hyk_meter *m, char *vault, size_t room, unsigned char *scratch,
    struct hyk_image *ret_image, size_t *ret_used) HYK_MUST_CHECK;
void hyk_meter_restore(struct hyk_meter *m, const struct hyk_image *image);

/*
 * Are the functions of the library that nothing else could meter in our hands
 * (text to number, comparison of texts, remainders, the seed of hashes)? The
 * link does it, see README.md.
 */
bool hyk_meter_is_wrapped(lua_State *L);

#endif
