/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/folder.h - the state folder: made private, synced, and held by one engine at a time.
 *
 * The lock is flock(2) on a file beside: it goes away with the process, however it dies.
 *
 * Lifetime:  lock -> unlock. The file itself stays.
 * Threads:   any thread.
 * Errors:    HYK_E_BUSY, HYK_E_DENIED, HYK_E_FULL, HYK_E_IO, each with a 7xx message.
 */
#ifndef HYK_STORE_FOLDER_H
#define HYK_STORE_FOLDER_H

#include "base/diag.h"

/* DIR/name as a C string in the arena; NULL: no memory, or a NUL byte in dir (with a message). */
const char *hyk_folder_path(struct hyk_arena *a, struct hyk_str dir, const char *name, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/* Makes the folder (0700) and its parents, synced, when it is not there. */
enum hyk_status hyk_folder_make(struct hyk_str dir, struct hyk_diags *diags) HYK_MUST_CHECK;
/* Locks DIR/name (0600, made when missing). `wait`: until it is free; else HYK_E_BUSY, which names the holder. */
enum hyk_status hyk_folder_lock(struct hyk_str dir, const char *name, bool wait, int *ret_fd, struct hyk_diags *diags)
    HYK_MUST_CHECK;
void hyk_folder_unlock(int fd);
/* Status and message of a failed system call on `path`. */
enum hyk_status hyk_folder_failed(const char *path, int err, struct hyk_diags *diags);

#endif
