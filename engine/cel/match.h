/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/match.h - a search with a pattern that was compiled before.
 * Threads: any thread.
 */
#ifndef HYK_CEL_MATCH_H
#define HYK_CEL_MATCH_H

#include "cel/functions.h"
#include "text/pattern.h"

struct hyk_value hyk_cel_match(struct hyk_cel_ctx *c, struct hyk_value v, const struct hyk_pattern *pattern);

#endif
