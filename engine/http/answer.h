/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/answer.h - answers that need no worker of the engine, and errors in the form of their route.
 *
 * Threads:   owning worker only.
 * Errors:    without memory a fixed text that says so.
 */
#ifndef HYK_HTTP_ANSWER_H
#define HYK_HTTP_ANSWER_H

#include "http/call.h"

void hyk_answer_discovery(struct hyk_call *c);
void hyk_answer_livez(struct hyk_call *c);
void hyk_answer_readyz(struct hyk_call *c);
void hyk_answer_metrics(struct hyk_call *c);

/* An error of the server itself: a message of the 84x range; `args` fill {0} {1} ... */
void hyk_answer_error(
    struct hyk_call *c, int status, enum hyk_diag_id id, size_t n_args, const struct hyk_str *args);
/* An error of the engine. */
void hyk_answer_problem(struct hyk_call *c, const struct hyk_problem *p);
/* "Not Found", in the language asked for. */
const char *hyk_status_title(int status, enum hyk_lang lang);

#endif
