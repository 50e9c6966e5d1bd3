/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/text/re2_oracle.h - RE2 itself, for C. */
#ifndef HYK_TESTS_RE2_ORACLE_H
#define HYK_TESTS_RE2_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct re2_oracle;

/* Never NULL; *ret_ok: RE2 accepts the pattern. *ret_large: it would, were it smaller. */
struct re2_oracle *re2_oracle_new(const char *p, size_t n, bool *ret_ok, bool *ret_large);
void re2_oracle_free(struct re2_oracle *o);
const char *re2_oracle_error(const struct re2_oracle *o);
/* Instructions of its program. */
int re2_oracle_size(const struct re2_oracle *o);
int re2_oracle_groups(const struct re2_oracle *o);
/* Unanchored; spans[2i], spans[2i+1] of n groups, -1 for none. n 0: the bare answer. */
bool re2_oracle_match(const struct re2_oracle *o, const char *p, size_t n_text, size_t from, long *spans, int n);

#ifdef __cplusplus
}
#endif

#endif
