/* SPDX-License-Identifier: Apache-2.0 */
/* store/folder.c - the state folder and its lock. */
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

const char *
hyk_folder_path(struct hyk_arena *a, struct hyk_str dir, const char *name, struct hyk_diags *diags)
{
	if (!dir.n || memchr(dir.p, 0, dir.n)) {
		HYK_DIAG(diags, HYK_D_STATE_DIR, NULL, HYK_NO_SPAN, dir, hyk_str_from_c(strerrordesc_np(ENOENT)));
		return NULL;
	}
	return hyk_arena_printf(a, "%.*s/%s", HYK_STR_ARG(dir), name).p;
}

enum hyk_status
hyk_folder_failed(const char *path, int err, struct hyk_diags *diags)
{
	struct hyk_str p = hyk_str_from_c(path), why = hyk_str_from_c(strerrordesc_np(err));

	switch (err) {
	case EACCES:
	case EPERM:
	case EROFS:
		HYK_DIAG(diags, HYK_D_STATE_DENIED, NULL, HYK_NO_SPAN, p, why);
		return HYK_E_DENIED;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		HYK_DIAG(diags, HYK_D_STATE_FULL, NULL, HYK_NO_SPAN, p);
		return HYK_E_FULL;
	case ENOMEM:
		HYK_DIAG0(diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
		return HYK_E_NOMEM;
	case EIO:
		HYK_DIAG(diags, HYK_D_STATE_IO, NULL, HYK_NO_SPAN, p, why);
		return HYK_E_IO;
	default:
		HYK_DIAG(diags, HYK_D_STATE_DIR, NULL, HYK_NO_SPAN, p, why);
		return HYK_E_IO;
	}
}

/* A new name is durable once the folder that holds it is synced. Errors are those of later syncs, and show there. */
static void
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

enum hyk_status
hyk_folder_make(struct hyk_str dir, struct hyk_diags *diags)
{
	struct hyk_arena a;
	const char *path, *parent;
	enum hyk_status st = HYK_OK;
	struct stat s;

	hyk_arena_init(&a, 0);
	path = hyk_folder_path(&a, dir, ".", diags);
	parent = hyk_folder_path(&a, dir, "..", diags);
	if (!path || !parent) {
		st = dir.n && !memchr(dir.p, 0, dir.n) ? HYK_E_NOMEM : HYK_E_INVALID;
		goto out;
	}
	if (stat(path, &s) == 0) {
		if (!S_ISDIR(s.st_mode))
			st = hyk_folder_failed(path, ENOTDIR, diags);
		goto out;
	}
	if (errno != ENOENT) {
		st = hyk_folder_failed(hyk_arena_dup(&a, dir).p, errno, diags);
		goto out;
	}
	st = hyk_file_make_dirs(dir, 0700, diags);
	if (st == HYK_OK)
		sync_folder(parent);
out:
	hyk_arena_fini(&a);
	return st;
}

/* Who holds it, for the message only: the number may be gone or of long ago. */
static enum hyk_status
say_busy(int fd, struct hyk_str dir, struct hyk_diags *diags)
{
	char pid[24];
	ssize_t n = pread(fd, pid, sizeof(pid), 0);
	struct hyk_str who = hyk_str_trim(hyk_str_make(pid, n > 0 ? (size_t)n : 0));
	uint64_t number;

	if (!hyk_str_to_u64(who, &number))
		who = HYK_STR("?");
	HYK_DIAG(diags, HYK_D_STATE_BUSY, NULL, HYK_NO_SPAN, dir, who);
	return HYK_E_BUSY;
}

enum hyk_status
hyk_folder_lock(struct hyk_str dir, const char *name, bool wait, int *ret_fd, struct hyk_diags *diags)
{
	struct hyk_arena a;
	enum hyk_status st = HYK_E_NOMEM;
	const char *path;
	char pid[24];
	int fd = -1, n;

	hyk_arena_init(&a, 0);
	path = hyk_folder_path(&a, dir, name, diags);
	if (!path)
		goto out;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		st = hyk_folder_failed(path, errno, diags);
		goto out;
	}
	while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
		if (errno == EINTR)
			continue;
		st = errno == EWOULDBLOCK ? say_busy(fd, dir, diags) : hyk_folder_failed(path, errno, diags);
		goto out;
	}
	/* The number only serves a message; a full disk shows where it matters. */
	n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)n, 0) != n)
		(void)!ftruncate(fd, 0);
	*ret_fd = fd;
	fd = -1;
	st = HYK_OK;
out:
	if (fd >= 0)
		close(fd);
	hyk_arena_fini(&a);
	return st;
}

void
hyk_folder_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}
