/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/timers.h - what is due is done: deadlines of agreements and of what is owed under them.
 *
 * The next deadline of each agreement stands in the store with an index; nothing is kept in memory, so nothing is
 * forgotten with the process. Acting on a deadline is an event on record like any other: whoever comes second, or after
 * the clock went back, finds the agreement moved on.
 *
 * Lifetime:  start -> stop, within that of the engine.
 * Threads:   one of its own, with a worker that it opens when something is first due.
 */
#ifndef HYK_RUNTIME_TIMERS_H
#define HYK_RUNTIME_TIMERS_H

#include "base/diag.h"

struct hyk_engine;
struct hyk_timers;

enum hyk_status hyk_timers_start(struct hyk_engine *e, struct hyk_timers **ret_timers) HYK_MUST_CHECK;
/* NULL is nothing. */
void hyk_timers_stop(struct hyk_timers *t);
/* Something may be due earlier than was known. Any thread. NULL is nothing. */
void hyk_timers_wake(struct hyk_timers *t);

#endif
