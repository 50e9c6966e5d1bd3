/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/process.h - the engine's handle on one jail process.
 *
 * Lifetime:  start (on the spawner's thread) -> hand_off* -> end.
 * Threads:   one thread at a time.
 * Errors:    a result; a process that ended badly is only good for end.
 */
#ifndef HYK_SANDBOX_PROCESS_H
#define HYK_SANDBOX_PROCESS_H

#include <sys/types.h>

#include "base/status.h"
#include "sandbox/channel.h"

struct hyk_process {
	pid_t pid; /* 0: none */
	struct hyk_channel *channel;
	uint32_t turns;     /* ours; the channel's is not believed */
	uint64_t handed_ns; /* the clock at the hand-off */
	uint64_t own_ns;    /* the processor time the jail had used then, or a little before */
};

struct hyk_process_options {
	const char *program;
	int cpu;
	bool allow_counter, behind;
	struct hyk_jail_limits limits;
};

/* Starts the program and returns at once; HYK_E_FAULT or HYK_E_NOMEM with a sentence in why. */
enum hyk_status hyk_process_start(const struct hyk_process_options *o, struct hyk_process *p,
    char *why, size_t why_n) HYK_MUST_CHECK;
/* Kills and does not wait. */
void hyk_process_kill(const struct hyk_process *p);
/* Kills, waits and unmaps; nothing when there is none. */
void hyk_process_end(struct hyk_process *p);

/* Gives the turn to the jail; n bytes of the channel's `in` are written. */
void hyk_process_hand_off(struct hyk_process *p, size_t n);

enum hyk_turn {
	HYK_TURN_OURS,  /* it answered */
	HYK_TURN_LATE,  /* not in time */
	HYK_TURN_ENDED, /* the process is gone, or counts wrongly */
	HYK_TURN_FAILED /* it could not be locked down; the channel says why */
};
/*
 * Waits for the answer. `n` calls have deadline_ms each. A jail that did not
 * get the processor is not blamed for it: what counts is its own time, and at
 * most eight times the deadline of everybody's.
 */
enum hyk_turn hyk_process_wait(struct hyk_process *p, uint32_t n, uint32_t deadline_ms);

/* Processor time the jail used since the hand-off, or up to 64 hand-offs before it. */
uint64_t hyk_process_spent_ns(const struct hyk_process *p);

enum hyk_ending {
	HYK_ENDING_NOT,    /* it is still there */
	HYK_ENDING_OWN,    /* it went by itself: exit, a fault, a forbidden system call */
	HYK_ENDING_OUTSIDE /* somebody killed it: a jail can send no signals, so not itself */
};
/* Only looks: the process is reaped by hyk_process_end, so that its number stays ours until then.
 */
enum hyk_ending hyk_process_ending(const struct hyk_process *p);

/* A sentence about why the jail stopped before it was ready. */
void hyk_process_explain(const struct hyk_process *p, char *why, size_t why_n);

#endif
