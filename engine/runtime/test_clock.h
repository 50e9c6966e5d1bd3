/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/test_clock.h - a clock that `hyangyak advance` moves, for tests of the running program.
 *
 * Only in builds with HYK_TEST_CLOCK; no other build has a way to move the engine's time. The offset stands in
 * DIR/test-clock, shared memory of the program that serves and the command that moves it.
 *
 * Lifetime:  the process.
 * Threads:   any thread.
 */
#ifndef HYK_RUNTIME_TEST_CLOCK_H
#define HYK_RUNTIME_TEST_CLOCK_H

#ifdef HYK_TEST_CLOCK
#include "base/clock.h"
#include "base/status.h"

/* The system's clock and the offset of DIR; makes the file. */
enum hyk_status hyk_test_clock_open(const char *state_dir, struct hyk_clock *ret_clock) HYK_MUST_CHECK;
/* Moves it; negative: back. */
enum hyk_status hyk_test_clock_advance(const char *state_dir, int64_t by_s) HYK_MUST_CHECK;
#endif

#endif
