/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/cell.h - the two processes of a jail: one at work, one warm in its place.
 *
 * When the one at work is given up the spare takes over first, the old one is
 * killed after, and a new spare is made on the spawner's thread. When that
 * fails it is tried again: HYK_CELL_TRIES times while a call waits, after that
 * in the background, with growing distances; calls meanwhile find no process.
 *
 * Lifetime:  open -> (ready, replace)* -> close.
 * Ownership: texts in the options are borrowed for the cell's life.
 * Threads:   owning worker only.
 * Errors:    a sentence in why.
 */
#ifndef HYK_SANDBOX_CELL_H
#define HYK_SANDBOX_CELL_H

#include "sandbox/process.h"
#include "sandbox/spawner.h"

#define HYK_CELL_TRIES 3

/* A process with the plugins loaded; made on the spawner's thread. */
struct hyk_cell_start {
	struct hyk_job job;
	struct hyk_cell *cell;
	struct hyk_process process;
	struct hyk_process old; /* killed already; to be reaped first */
	enum hyk_status status;
	bool killed;    /* it ended because somebody outside killed it */
	uint8_t *reply; /* a copy; NULL: not wanted */
	size_t reply_n;
	char why[256];
};

struct hyk_cell {
	/* set before open */
	struct hyk_process_options options;
	const uint8_t *load; /* the load message, for every new process */
	size_t load_n;
	uint32_t n_plugins;
	/* its own */
	struct hyk_process active; /* pid 0: none */
	struct hyk_cell_start spare;
	bool has_spawner, has_spare_job;
	uint32_t failures; /* starts that failed, one after the other */
	uint64_t next_ns;  /* when to try again */
	char why[256];     /* of the last one that failed */
	uint64_t n_replaced, n_outside_kills;
};

/*
 * Starts both; they must say the same. ret_reply is what the plugins' load
 * said, for the caller to free, or NULL.
 */
enum hyk_status hyk_cell_open(struct hyk_cell *c, uint8_t **ret_reply, size_t *ret_reply_n,
    char *why, size_t why_n) HYK_MUST_CHECK;
void hyk_cell_close(struct hyk_cell *c);

/* Is there a process to call? Gets one when there is none. */
bool hyk_cell_ready(struct hyk_cell *c) HYK_MUST_CHECK;
/* Gives up the one at work; the spare takes its place when it is there. */
void hyk_cell_replace(struct hyk_cell *c);
/* The one at work has ended: was it somebody outside? Counted. */
bool hyk_cell_was_killed(struct hyk_cell *c);
/* Why no process could be had; NULL: there is one, or none was asked for. */
const char *hyk_cell_trouble(const struct hyk_cell *c);

/* Copies what the process answered out of its reach; *copy grows to *room. False: no answer. */
bool hyk_cell_copy_out(struct hyk_process *p, uint8_t **copy, size_t *room, size_t *ret_n);

#endif
