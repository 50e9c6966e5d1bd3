/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity/tokens.h - bearer tokens of services: kept as hashes in DIR/tokens (0600).
 *
 * The file is replaced by rename and read again when it changed, so that
 * `token add` works beside a running engine.
 *
 * Threads:   hyk_tokens_find: any thread (locked); the rest one thread at a time.
 * Errors:    7xx messages.
 */
#ifndef HYK_IDENTITY_TOKENS_H
#define HYK_IDENTITY_TOKENS_H

#include "base/arena.h"
#include "base/diag.h"

enum hyk_right {
	HYK_RIGHT_DECIDE = 1u << 0,
	HYK_RIGHT_DRY_RUN = 1u << 1,
	HYK_RIGHT_VOUCH = 1u << 2,
	HYK_RIGHT_EVENTS = 1u << 3,
	HYK_RIGHT_OFFICER = 1u << 4,
	HYK_RIGHT_STEWARD = 1u << 5,
	HYK_RIGHT_AUDITOR = 1u << 6,
	HYK_RIGHT_ADMIN = 1u << 7
};
/* "decide,dry_run" to bits; HYK_E_INVALID names the unknown one and the nearest. */
enum hyk_status hyk_rights_parse(struct hyk_str text, uint32_t *ret_rights, struct hyk_diags *diags) HYK_MUST_CHECK;
void hyk_rights_write(struct hyk_buf *b, uint32_t rights);

/* Who calls. Small, copied. */
struct hyk_caller {
	char name[65];     /* of the token */
	char commons[256]; /* decides here and below */
	uint32_t rights;
};

struct hyk_tokens;
enum hyk_status hyk_tokens_open(struct hyk_str dir, struct hyk_tokens **ret_tokens, struct hyk_diags *diags) HYK_MUST_CHECK;
void hyk_tokens_close(struct hyk_tokens *t);
/* By the secret; reads the file again when it changed. False: unknown. */
bool hyk_tokens_find(struct hyk_tokens *t, struct hyk_str secret, struct hyk_caller *ret_caller);

/* Makes one ("hyk_" and 43 characters), writes the file; the secret exists only in ret_secret. HYK_E_EXISTS: the name. */
enum hyk_status hyk_tokens_add(struct hyk_str dir, struct hyk_str name, struct hyk_str commons, uint32_t rights,
    struct hyk_arena *a, struct hyk_str *ret_secret, struct hyk_diags *diags) HYK_MUST_CHECK;
/* HYK_E_NOT_FOUND. */
enum hyk_status hyk_tokens_remove(struct hyk_str dir, struct hyk_str name, struct hyk_diags *diags) HYK_MUST_CHECK;
/* All, by name, without secrets. */
enum hyk_status hyk_tokens_list(struct hyk_str dir, struct hyk_arena *a, struct hyk_caller **ret_callers, size_t *ret_n,
    struct hyk_diags *diags) HYK_MUST_CHECK;

#endif
