/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/yaml_text.h - the text that libyaml is given: checked before, mended after an error.
 *
 * The copy has one character for each character of the source, so that
 * libyaml's marks fit both.
 *
 * Lifetime:  init -> (byte, repair)* -> fini.
 * Limits:    100 repairs.
 * Threads:   one thread at a time.
 */
#ifndef HYK_POLICY_YAML_TEXT_H
#define HYK_POLICY_YAML_TEXT_H

#include "base/diag.h"
#include "base/source.h"

#define HYK_YAML_MAX_REPAIRS 100u

struct hyk_yaml_text {
	char *copy; /* heap; NULL: the text cannot be read at all */
	size_t n;
	struct hyk_str text;     /* of the source, without a byte order mark */
	uint32_t skipped;        /* bytes of that mark */
	size_t at_char, at_byte; /* where the last conversion ended, in `text` */
	uint32_t repaired[HYK_YAML_MAX_REPAIRS]; /* byte offsets in the source */
	size_t n_repaired;
	bool has_tabs;
};

/* What libyaml said. */
struct hyk_yaml_error {
	struct hyk_str problem;
	size_t at_char;
	bool has_context;
	size_t context_char;
};

/* HYK_E_INVALID: messages were given (tabs, controls, not UTF-8); the copy may still be read. */
enum hyk_status hyk_yaml_text_init(struct hyk_yaml_text *t, const struct hyk_source *src, struct hyk_diags *diags)
    HYK_MUST_CHECK;
void hyk_yaml_text_fini(struct hyk_yaml_text *t);
/* Byte offset in the source of a character that libyaml counted. */
uint32_t hyk_yaml_text_byte(struct hyk_yaml_text *t, size_t index);
/* Tells of the error, and takes the value on its line out of the copy. False: there is no going on. */
bool hyk_yaml_text_repair(struct hyk_yaml_text *t, const struct hyk_source *src, const struct hyk_yaml_error *error,
    struct hyk_diags *diags) HYK_MUST_CHECK;
bool hyk_yaml_text_is_repaired(const struct hyk_yaml_text *t, uint32_t at);
/* The message for a value that begins with `!`, a quote or a bracket, with the line as it should be. */
void hyk_yaml_text_explain(const struct hyk_yaml_text *t, const struct hyk_source *src, uint32_t value_at,
    struct hyk_diags *diags);

#endif
