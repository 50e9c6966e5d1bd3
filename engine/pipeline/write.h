/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/write.h - parts of a written decision that answer and trace share. Threads: any thread. */
#ifndef HYK_PIPELINE_WRITE_H
#define HYK_PIPELINE_WRITE_H

#include "pipeline/decide.h"

/* An RFC 3339 time in quotes. */
void hyk_write_time(struct hyk_buf *b, struct hyk_time t);
/* {"ko": ..., "en": ...} */
void hyk_write_text(struct hyk_buf *b, const struct hyk_text *t);
void hyk_write_template(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_template *t);
void hyk_write_offer(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_offered *o);
void hyk_write_fault(struct hyk_buf *b, const struct hyk_fault *f);

#endif
