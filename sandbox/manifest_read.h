/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/manifest_read.h - what the files that check manifests share: the state of a reading, and the parts a table may
 * have. Private to sandbox/manifest*.c.
 *
 * Threads: one thread at a time.
 */
#ifndef HYK_SANDBOX_MANIFEST_READ_H
#define HYK_SANDBOX_MANIFEST_READ_H

#include "base/diag.h"
#include "value/value.h"

struct hyk_reading {
	struct hyk_arena *arena;
	struct hyk_diags *diags;
	const struct hyk_source *src;
	bool wrong; /* something was told */
};

enum hyk_part_kind {
	HYK_PART_TEXT,
	HYK_PART_INT,
	HYK_PART_MAP,
	HYK_PART_LIST,
	HYK_PART_TEXT_LIST,
	HYK_PART_BOOL,
	HYK_PART_ANY
};

struct hyk_part {
	const char *name;
	enum hyk_part_kind kind;
	bool required;
};
#define HYK_MAX_PARTS 16u

/* Tells of parts of the map `v` that are missing, unknown or of another kind; `line`: where it was made. */
void hyk_reading_check_parts(struct hyk_reading *r, struct hyk_str what, struct hyk_value v,
    const struct hyk_part *parts, size_t n, uint32_t line);
/* One part that is not of its kind. */
void hyk_reading_wrong_part(struct hyk_reading *r, struct hyk_str what, struct hyk_str name, struct hyk_str words,
    uint32_t line);
/* Printable UTF-8 of at most 300 bytes, for a message. */
struct hyk_str hyk_reading_printable(struct hyk_arena *arena, struct hyk_str s);

/* manifest_workflow.c: the form of workflow { ... }; what its names mean is for policy/workflow.c. */
void hyk_reading_check_workflow(struct hyk_reading *r, struct hyk_value v, uint32_t line);

#endif
