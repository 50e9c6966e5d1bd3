/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/support/check.h - one test program is one process: main() calls RUN() for each test and
 * returns check_done().
 *
 * A failed check is printed with its place and counted; the test goes on. REQUIRE leaves the test.
 */
#ifndef HYK_TESTS_CHECK_H
#define HYK_TESTS_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* What `make` and CI read: 0 passed, 1 failed, 77 skipped. */
#define CHECK_SKIPPED 77

static unsigned check_n_checks, check_n_failed, check_n_skipped;
static const char *check_test = "main";

#define TEST(name) static void name(void)
#define RUN(name)                                                                                  \
	do {                                                                                       \
		check_test = #name;                                                                \
		name();                                                                            \
	} while (0)

static inline bool
check_report(bool ok, const char *file, int line, const char *what)
{
	check_n_checks++;
	if (!ok) {
		check_n_failed++;
		fprintf(stderr, "%s:%d: %s: failed: %s\n", file, line, check_test, what);
	}
	return ok;
}

static inline bool
check_i64(int64_t got, int64_t want, const char *file, int line, const char *what)
{
	if (!check_report(got == want, file, line, what))
		fprintf(stderr, "    got  %" PRId64 "\n    want %" PRId64 "\n", got, want);
	return got == want;
}

static inline bool
check_str(struct hyk_str got, struct hyk_str want, const char *file, int line, const char *what)
{
	bool ok = hyk_str_eq(got, want);

	if (!check_report(ok, file, line, what))
		fprintf(stderr, "    got  \"%.*s\"\n    want \"%.*s\"\n", HYK_STR_ARG(got), HYK_STR_ARG(want));
	return ok;
}

#define CHECK(e) check_report((e), __FILE__, __LINE__, #e)
/* Whole numbers, statuses, bools. */
#define CHECK_INT(got, want) check_i64((int64_t)(got), (int64_t)(want), __FILE__, __LINE__, #got)
/* A struct hyk_str against a C string. */
#define CHECK_STR(got, want) check_str((got), hyk_str_from_c(want), __FILE__, __LINE__, #got)
/* A C string against a C string. */
#define CHECK_C(got, want) check_str(hyk_str_from_c(got), hyk_str_from_c(want), __FILE__, __LINE__, #got)
/* Leaves a void function when it does not hold. */
#define REQUIRE(e)                                                                                 \
	do {                                                                                       \
		if (!check_report((e), __FILE__, __LINE__, #e))                                    \
			return;                                                                    \
	} while (0)

/* "why" is printed; the program says skipped at the end when nothing failed. */
static inline void
check_skip(const char *why)
{
	check_n_skipped++;
	fprintf(stderr, "%s: skipped: %s\n", check_test, why);
}

/* The folder of the conformance data, or NULL (then the test is skipped, or fails when it is required). */
static inline const char *
check_conformance(const char *below)
{
	static char path[4096];
	const char *root = getenv("HYK_CONFORMANCE"), *must = getenv("HYK_REQUIRE_CONFORMANCE");
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root && *root ? root : "../shared/conformance", below);
	f = fopen(path, "r");
	if (f) {
		fclose(f);
		return path;
	}
	if (must && strcmp(must, "1") == 0)
		check_report(false, __FILE__, __LINE__, path);
	else
		check_skip(path);
	return NULL;
}

static inline int
check_done(void)
{
	if (check_n_failed) {
		fprintf(stderr, "%u of %u checks failed\n", check_n_failed, check_n_checks);
		return EXIT_FAILURE;
	}
	return check_n_skipped ? CHECK_SKIPPED : EXIT_SUCCESS;
}

#endif
