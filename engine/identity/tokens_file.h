/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity/tokens_file.h - DIR/tokens as text: one token a line, comments and empty lines between.
 *
 *	name commons rights sha256-of-the-secret-in-hex created
 *
 * Private to identity/.
 *
 * Lifetime:  everything in the arena given.
 * Threads:   one thread at a time.
 */
#ifndef HYK_IDENTITY_TOKENS_FILE_H
#define HYK_IDENTITY_TOKENS_FILE_H

#include "base/digest.h"
#include "identity/tokens.h"

#define HYK_TOKENS_FILE "tokens"
#define HYK_TOKENS_MAX 100000

struct hyk_token {
	struct hyk_caller caller;
	uint8_t hash[HYK_SHA256_BYTES];
	struct hyk_span line; /* with its end */
};

struct hyk_token_list {
	struct hyk_token *tokens;
	size_t n;
	struct hyk_str text;
	bool missing; /* there is no file */
};

/* What changes when the file does. */
struct hyk_token_stamp {
	uint64_t device, inode;
	int64_t size, mtime_s, mtime_ns, ctime_s, ctime_ns;
	unsigned mode;
	bool missing;
};

bool hyk_token_name_valid(struct hyk_str name);
bool hyk_token_commons_valid(struct hyk_str commons);

/* HYK_E_NOT_FOUND: none there (the stamp says so too). */
enum hyk_status hyk_token_stamp_take(const char *path, struct hyk_token_stamp *ret_stamp, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/*
 * Reads and parses. Lines that are wrong are left out, each with a message; the status is HYK_E_INVALID
 * then, and *ret holds the good ones all the same. A missing file is an empty list. HYK_E_DENIED: others may read or
 * write it; nothing is read.
 */
enum hyk_status hyk_token_list_read(struct hyk_arena *a, struct hyk_str dir, struct hyk_token_list *ret,
    struct hyk_diags *diags) HYK_MUST_CHECK;

#endif
