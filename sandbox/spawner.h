/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/spawner.h - one thread that starts and ends jail processes.
 *
 * A jail dies with the thread that started it (the system's death signal is
 * the thread's, not the process's), so a thread that lives as long as any
 * jail starts them all. It also keeps the milliseconds of a start away from
 * the threads that decide.
 *
 * Lifetime:  the first ref starts the thread, the last unref ends it.
 * Ownership: a job belongs to its caller, who waits for it before it goes away.
 * Threads:   any thread.
 * Errors:    ref: false when no thread can be had.
 */
#ifndef HYK_SANDBOX_SPAWNER_H
#define HYK_SANDBOX_SPAWNER_H

#include "base/defs.h"

struct hyk_job {
	void (*run)(struct hyk_job *job);
	struct hyk_job *next;
	bool pending;
};

bool hyk_spawner_ref(void) HYK_MUST_CHECK;
void hyk_spawner_unref(void);
/* Queues the job; it must not be pending. */
void hyk_spawner_submit(struct hyk_job *job);
/* Waits until the job is done (or was never submitted), at most timeout_ms; false: it is not. */
bool hyk_spawner_wait(struct hyk_job *job, uint32_t timeout_ms);

#endif
