/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/channel.h - the memory that the engine and a jail share, and how they take turns.
 *
 * The engine writes `in`, adds one to to_jail and sleeps on to_engine; the
 * jail answers in `out` and adds one to to_engine. Each side keeps its own
 * count of turns; the engine believes nothing it reads here: it copies once
 * and checks the copy.
 *
 * Lifetime:  one mapping a jail process.
 * Limits:    HYK_CHANNEL_IN_BYTES, HYK_CHANNEL_OUT_BYTES, HYK_CHANNEL_CALLS a hand-off.
 * Threads:   one on each side.
 */
#ifndef HYK_SANDBOX_CHANNEL_H
#define HYK_SANDBOX_CHANNEL_H

#include <stdatomic.h>

#include "sandbox/jail.h"

#define HYK_CHANNEL_MAGIC 0x68796a31u /* also stands for the form of the messages */
#define HYK_CHANNEL_HEAD_BYTES ((size_t)4096)
#define HYK_CHANNEL_IN_BYTES ((size_t)5 << 20)
#define HYK_CHANNEL_OUT_BYTES ((size_t)4 << 20)
#define HYK_CHANNEL_BYTES (HYK_CHANNEL_HEAD_BYTES + HYK_CHANNEL_IN_BYTES + HYK_CHANNEL_OUT_BYTES)
#define HYK_CHANNEL_CALLS 128
#define HYK_CHANNEL_FD 3
#define HYK_CHANNEL_FAILED UINT32_MAX /* to_engine: the jail could not be locked down; see step */

enum hyk_channel_op {
	HYK_OP_LOAD, /* u8 op, u32 n, n times: u8 is_body, text, params as text (empty: none);
	                reply: n times what hyk_box_load writes */
	HYK_OP_RUN   /* u8 op, u32 n, n times: u32 plugin, u8 hook, u32 bytes, value; reply: n times
	                hyk_box_call's */
};

struct hyk_channel {
	/* written by the engine before the jail starts */
	uint32_t magic;
	int32_t cpu;
	int32_t parent;
	bool allow_counter, behind;
	struct hyk_jail_limits limits;
	/* turns */
	_Atomic uint32_t to_jail, to_engine;
	uint32_t in_n, out_n;
	_Atomic uint32_t done; /* calls of this hand-off that are answered */
	/* why the jail stopped before it was ready */
	uint32_t step;
	int32_t error;
	char why[120];
};

static inline uint8_t *
hyk_channel_in(struct hyk_channel *c)
{
	return (uint8_t *)c + HYK_CHANNEL_HEAD_BYTES;
}

static inline uint8_t *
hyk_channel_out(struct hyk_channel *c)
{
	return (uint8_t *)c + HYK_CHANNEL_HEAD_BYTES + HYK_CHANNEL_IN_BYTES;
}

/* Sleeps while *word == seen, at most timeout_ns (0: for ever). May wake for no reason. */
void hyk_channel_wait(_Atomic uint32_t *word, uint32_t seen, uint64_t timeout_ns);
void hyk_channel_wake(_Atomic uint32_t *word);

#endif
