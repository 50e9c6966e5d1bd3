/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/jail/serve.h - the life of a jail process: map, lock down, then answer until killed.
 * Threads: the only one.
 */
#ifndef HYK_SANDBOX_JAIL_SERVE_H
#define HYK_SANDBOX_JAIL_SERVE_H

#include "sandbox/jail/lockdown.h"

struct hyk_serve_tests {
	bool (*fails)(enum hyk_lock_step); /* which step is to fail */
	void (*locked)(void);              /* runs when all is locked down */
};

/* main() of the program; `tests` is NULL in the one that is shipped. */
int hyk_serve(int argc, char **argv, const struct hyk_serve_tests *tests);

#endif
