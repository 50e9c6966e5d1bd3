/* SPDX-License-Identifier: Apache-2.0 */
/* base/defs.c - the end of a program that broke its own rules. */
#include "base/defs.h"

#include <stdio.h>
#include <stdlib.h>

void
hyk_assert_failed(const char *expr, const char *file, int line)
{
	/* stderr may be held by a thread that will never let go; stdio is still the best there is. */
	fprintf(stderr, "hyangyak: %s:%d: assertion failed: %s\n", file, line, expr);
	abort();
}
