/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public conformance suite of CEL, through the program that anyone can run: all but contested cases pass. And
 * positions.jsonl: where cel-go reports the error of an expression, worked out by hand from what it documents and tests.
 */
#include <sys/wait.h>

#include "support/check.h"

/* All cases of the file pass; at least so many lines, one a tier, are printed. */
static void
run_file(const char *file, unsigned least)
{
	char command[8192], line[4096];
	unsigned n = 0;
	FILE *out;
	int rc;

	snprintf(command, sizeof(command), "'%s/tests/cel-conformance' '%s'", check_build(), file);
	out = popen(command, "r");
	REQUIRE(out);
	while (fgets(line, sizeof(line), out)) {
		n++;
		fputs(line, stderr);
	}
	rc = pclose(out);
	CHECK(WIFEXITED(rc));
	CHECK_INT(WEXITSTATUS(rc), 0);
	CHECK(n >= least);
}

TEST(suite)
{
	const char *file = check_conformance("cel.jsonl");

	if (file)
		run_file(file, 4);
}

TEST(positions)
{
	run_file("tests/cases/cel/positions.jsonl", 1);
}

int
main(void)
{
	RUN(suite);
	RUN(positions);
	return check_done();
}
