/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/jail/lockdown.h - the second wall: what the process gives up before it reads a plugin.
 *
 * The order matters: Landlock needs a descriptor, so it comes before the limit
 * of no descriptors; the death signal is forgotten when the user changes, so it
 * is set after; the filter is last, because it forbids all the rest.
 *
 * Threads:   the only one.
 * Errors:    the step that failed and errno; the caller must stop then.
 */
#ifndef HYK_SANDBOX_JAIL_LOCKDOWN_H
#define HYK_SANDBOX_JAIL_LOCKDOWN_H

#include <sys/types.h>

#include "base/defs.h"

enum hyk_lock_step {
	HYK_LOCK_MEMORY,   /* the channel and the arenas are mapped */
	HYK_LOCK_CLOSE,    /* no descriptor is open */
	HYK_LOCK_DUMP,     /* nobody may trace or dump it */
	HYK_LOCK_USER,     /* nobody's user and no groups, when the engine runs as root */
	HYK_LOCK_DEATH,    /* it dies with the engine */
	HYK_LOCK_PRIVS,    /* no new privileges */
	HYK_LOCK_LANDLOCK, /* no file, no network, no signal outside */
	HYK_LOCK_RLIMITS,  /* no descriptors, processes, files, cores; little memory */
	HYK_LOCK_CLOCK,    /* no timestamp counter */
	HYK_LOCK_SECCOMP,  /* four system calls */
	HYK_LOCK_LUA,      /* the first wall stands */
	HYK_LOCK_READY,
	HYK_LOCK_N_STEPS
};
/* A few words for a message; static storage. */
const char *hyk_lock_step_name(enum hyk_lock_step s);

/* CLOSE to SECCOMP, CLOCK unless allow_counter. `fails` (tests; NULL) says which step is to fail.
 */
enum hyk_lock_step hyk_lockdown(pid_t parent, bool allow_counter, bool (*fails)(enum hyk_lock_step),
    int *ret_error) HYK_MUST_CHECK;

#endif
