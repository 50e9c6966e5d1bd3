/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/file.h - whole files, and folders in sorted order.
 * Threads: any thread. Errors: a status, and a 1xx message in diags.
 */
#ifndef HYK_BASE_FILE_H
#define HYK_BASE_FILE_H

#include "base/arena.h"
#include "base/diag.h"

/* The whole file in the arena; "-" is standard input. HYK_E_LIMIT over max_bytes. */
enum hyk_status hyk_file_read(struct hyk_arena *a, struct hyk_str path, size_t max_bytes, struct hyk_str *ret_text,
    struct hyk_diags *diags) HYK_MUST_CHECK;
/* Writes a new file beside and renames it over `path`, synced, with `mode`: readers see old or new, whole. */
enum hyk_status hyk_file_replace(struct hyk_str path, struct hyk_str text, unsigned mode, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/* Names in a folder, sorted by bytes, without those that begin with a dot; is_dir[i] says which are folders. */
enum hyk_status hyk_file_list(struct hyk_arena *a, struct hyk_str path, struct hyk_str **ret_names, bool **ret_is_dir,
    size_t *ret_n, struct hyk_diags *diags) HYK_MUST_CHECK;
/* mkdir -p with `mode` for what is made. */
enum hyk_status hyk_file_make_dirs(struct hyk_str path, unsigned mode, struct hyk_diags *diags) HYK_MUST_CHECK;

#endif
