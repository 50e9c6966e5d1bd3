/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/support/check.h - one test program is one process: main() calls RUN() for each test and
 * returns check_done().
 *
 * A failed check is printed with its place and counted; the test goes on. REQUIRE leaves the test.
 * Each test prints one line for tests/tools/run_tests.sh: `ok NAME`, `not ok NAME: why` or
 * `skip NAME: why`. Checks outside of a test belong to the test `main`.
 *
 * The program takes `-l` (lists its tests) or parts of names (runs only those). Counters are weak
 * symbols: a program of several files counts once. Checks may be made by several threads.
 */
#ifndef HYK_TESTS_CHECK_H
#define HYK_TESTS_CHECK_H

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* How the program ends: 0 passed, 1 failed, 77 skipped. */
#define CHECK_SKIPPED 77

#define CHECK_SHARED __attribute__((weak))
CHECK_SHARED unsigned check_n_tests, check_n_checks, check_n_failed, check_n_skipped;
CHECK_SHARED unsigned check_test_failed, check_test_skipped; /* in the test that runs now */
CHECK_SHARED const char *check_test = "main";
CHECK_SHARED char check_why[600];
CHECK_SHARED int check_argc;
CHECK_SHARED char **check_argv;

/* glibc hands main's arguments to constructors, so that main() need not pass them on. */
__attribute__((constructor)) static void
check_take_arguments(int argc, char **argv)
{
	check_argc = argc;
	check_argv = argv;
}

static inline bool
check_is_selected(const char *name)
{
	if (check_argc < 2)
		return true;
	if (strcmp(check_argv[1], "-l") == 0) {
		puts(name);
		return false;
	}
	for (int i = 1; i < check_argc; i++) {
		if (strstr(name, check_argv[i]) != NULL)
			return true;
	}
	return false;
}

static inline void
check_end_test(bool at_end)
{
	if (check_test_failed > 0)
		printf("not ok %s: %s\n", check_test, check_why);
	else if (check_test_skipped > 0)
		printf("skip %s: %s\n", check_test, check_why);
	else if (strcmp(check_test, "main") != 0 || (at_end && check_n_tests == 0 && check_n_checks > 0))
		printf("ok %s\n", check_test);
	fflush(stdout);
	check_test_failed = check_test_skipped = 0;
	check_test = "main";
}

#define TEST(name) static void name(void)
#define RUN(name)                                                                                  \
	do {                                                                                       \
		if (check_is_selected(#name)) {                                                    \
			check_end_test(false);                                                          \
			check_test = #name;                                                        \
			check_n_tests++;                                                           \
			name();                                                                    \
			check_end_test(false);                                                          \
		}                                                                                  \
	} while (0)

static inline bool
check_report(bool ok, const char *file, int line, const char *what)
{
	__atomic_add_fetch(&check_n_checks, 1, __ATOMIC_RELAXED);
	if (!ok) {
		__atomic_add_fetch(&check_n_failed, 1, __ATOMIC_RELAXED);
		if (__atomic_add_fetch(&check_test_failed, 1, __ATOMIC_RELAXED) == 1)
			snprintf(check_why, sizeof(check_why), "%s:%d: %s", file, line, what);
		fprintf(stderr, "%s:%d: %s: failed: %s\n", file, line, check_test, what);
	}
	return ok;
}

static inline bool
check_i64(int64_t got, int64_t want, const char *file, int line, const char *what)
{
	char text[400];

	if (got == want)
		return check_report(true, file, line, what);
	snprintf(text, sizeof(text), "%s: got %" PRId64 ", want %" PRId64, what, got, want);
	return check_report(false, file, line, text);
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
/* Leaves a void function and counts the test as skipped. */
#define SKIP(why)                                                                                  \
	do {                                                                                       \
		check_skip(why);                                                                   \
		return;                                                                            \
	} while (0)

/* The test counts as skipped when nothing in it failed. */
static inline void
check_skip(const char *why)
{
	__atomic_add_fetch(&check_n_skipped, 1, __ATOMIC_RELAXED);
	if (__atomic_add_fetch(&check_test_skipped, 1, __ATOMIC_RELAXED) == 1 && check_test_failed == 0)
		snprintf(check_why, sizeof(check_why), "%s", why);
	fprintf(stderr, "%s: skipped: %s\n", check_test, why);
}

/* A file or folder of the conformance data, or NULL (then the test is skipped, or fails when it is required). */
static inline const char *
check_conformance(const char *below)
{
	static char path[4096];
	const char *root = getenv("HYK_CONFORMANCE"), *must = getenv("HYK_REQUIRE_CONFORMANCE");
	char why[300];

	snprintf(path, sizeof(path), "%s/%s", root && *root ? root : "../shared/conformance", below);
	if (access(path, R_OK) == 0)
		return path;
	snprintf(why, sizeof(why), "no conformance data '%s'", below);
	if (must && strcmp(must, "1") == 0)
		check_report(false, __FILE__, __LINE__, why);
	else
		check_skip(why);
	return NULL;
}

/* Where the programs were built: $HYK_BUILD, or build. */
static inline const char *
check_build(void)
{
	const char *build = getenv("HYK_BUILD");

	return build && *build ? build : "build";
}

/* A folder with all that is in it; symbolic links are removed, not followed. */
static inline void
check_remove(const char *path, unsigned depth)
{
	char below[4096];
	struct dirent *e;
	struct stat st;
	DIR *d;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && depth < 16) {
		chmod(path, 0700); /* a test may have taken its own rights away */
		d = opendir(path);
		while (d && (e = readdir(d)) != NULL) {
			if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
				continue;
			if ((size_t)snprintf(below, sizeof(below), "%s/%s", path, e->d_name) < sizeof(below))
				check_remove(below, depth + 1);
		}
		if (d)
			closedir(d);
	}
	remove(path);
}

CHECK_SHARED char check_temp_path[4096];
CHECK_SHARED pid_t check_temp_pid;

static inline void
check_temp_remove(void)
{
	if (check_temp_path[0] != '\0' && check_temp_pid == getpid()) /* not in a fork's exit() */
		check_remove(check_temp_path, 0);
	check_temp_path[0] = '\0';
}

/* A new, empty folder; the one before it goes, and the last one at exit. */
static inline const char *
check_temp_dir(void)
{
	static bool registered;
	const char *base = getenv("TMPDIR");

	check_temp_remove();
	if (!registered)
		registered = atexit(check_temp_remove) == 0;
	snprintf(check_temp_path, sizeof(check_temp_path), "%s/hyk-XXXXXX", base && *base ? base : "/tmp");
	check_temp_pid = getpid();
	if (mkdtemp(check_temp_path) == NULL) {
		perror(check_temp_path);
		exit(EXIT_FAILURE);
	}
	return check_temp_path;
}

static inline int
check_done(void)
{
	check_end_test(true); /* what was checked outside of any test */
	if (check_n_failed) {
		fprintf(stderr, "%u of %u checks failed\n", check_n_failed, check_n_checks);
		return EXIT_FAILURE;
	}
	return check_n_skipped ? CHECK_SKIPPED : EXIT_SUCCESS;
}

#endif
