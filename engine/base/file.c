/* SPDX-License-Identifier: Apache-2.0 */
/* base/file.c - whole files in and out; every failure names the path and what the system said. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"

static enum hyk_status
status_of(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return HYK_E_NOT_FOUND;
	case EEXIST:
		return HYK_E_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return HYK_E_DENIED;
	case ENOMEM:
		return HYK_E_NOMEM;
	case ENOSPC:
	case EDQUOT:
		return HYK_E_FULL;
	case EINVAL:
	case ENAMETOOLONG:
	case EISDIR:
		return HYK_E_INVALID;
	default:
		return HYK_E_IO;
	}
}

static enum hyk_status
fail(struct hyk_diags *diags, enum hyk_diag_id id, struct hyk_str path, int err)
{
	char text[128];
	/* GNU's: returns the text, which may or may not be in the buffer. */
	const char *said = strerror_r(err, text, sizeof(text));

	HYK_DIAG(diags, id, NULL, HYK_NO_SPAN, path, hyk_str_from_c(said));
	return status_of(err);
}

static enum hyk_status
no_memory(struct hyk_diags *diags, const struct hyk_arena *a)
{
	HYK_DIAG0(diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	return a && a->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
}

/* 0, or an errno value. */
static int
to_c(struct hyk_str path, char out[PATH_MAX])
{
	if (!path.n)
		return ENOENT;
	if (memchr(path.p, '\0', path.n))
		return EINVAL;
	if (path.n >= PATH_MAX)
		return ENAMETOOLONG;
	memcpy(out, path.p, path.n);
	out[path.n] = '\0';
	return 0;
}

/* Everything up to the end, or one byte past max_bytes. 0, or an errno value. */
static int
read_all(int fd, struct hyk_buf *b, size_t max_bytes)
{
	for (;;) {
		size_t want = 65536;
		ssize_t got;
		char *p;

		if (max_bytes - b->n < want)
			want = max_bytes - b->n + 1;
		p = hyk_buf_reserve(b, want);
		if (!p)
			return ENOMEM;
		got = read(fd, p, want);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			return 0;
		hyk_buf_commit(b, (size_t)got);
		if (b->n > max_bytes)
			return 0;
	}
}

enum hyk_status
hyk_file_read(struct hyk_arena *a, struct hyk_str path, size_t max_bytes, struct hyk_str *ret_text,
    struct hyk_diags *diags)
{
	bool is_stdin = hyk_str_eq_c(path, "-");
	enum hyk_status st = HYK_OK;
	char name[PATH_MAX];
	struct hyk_str text;
	struct hyk_buf b;
	int fd = STDIN_FILENO, err = is_stdin ? 0 : to_c(path, name);

	if (err)
		return fail(diags, HYK_D_FILE_OPEN, path, err);
	if (!is_stdin) {
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return fail(diags, HYK_D_FILE_OPEN, path, errno);
	}
	hyk_buf_init(&b, 0);
	err = read_all(fd, &b, max_bytes);
	if (!is_stdin)
		close(fd);
	if (err) {
		st = err == ENOMEM ? no_memory(diags, NULL) : fail(diags, HYK_D_FILE_READ, path, err);
		goto out;
	}
	if (b.n > max_bytes) {
		char limit[24];
		int n = snprintf(limit, sizeof(limit), "%zu", max_bytes);

		HYK_DIAG(diags, HYK_D_FILE_TOO_LARGE, NULL, HYK_NO_SPAN, path, hyk_str_make(limit, (size_t)n));
		st = HYK_E_LIMIT;
		goto out;
	}
	text = hyk_arena_dup(a, hyk_buf_peek(&b));
	if (!text.p)
		st = no_memory(diags, a);
	else
		*ret_text = text;
out:
	hyk_buf_fini(&b);
	return st;
}

static int
write_all(int fd, struct hyk_str text)
{
	while (text.n) {
		ssize_t wrote = write(fd, text.p, text.n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return errno;
		text.p += wrote;
		text.n -= (size_t)wrote;
	}
	return 0;
}

/* The rename is on disk only once its folder is. */
static int
sync_folder_of(char *name)
{
	char *slash = strrchr(name, '/');
	int fd, err = 0;

	if (slash == name)
		slash[1] = '\0';
	else if (slash)
		*slash = '\0';
	fd = open(slash ? name : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (fsync(fd) != 0 && errno != EINVAL) /* some file systems have nothing to sync in a folder */
		err = errno;
	close(fd);
	return err;
}

enum hyk_status
hyk_file_replace(struct hyk_str path, struct hyk_str text, unsigned mode, struct hyk_diags *diags)
{
	char name[PATH_MAX], beside[PATH_MAX + 24];
	uint64_t random;
	int fd, err = to_c(path, name);

	if (err)
		return fail(diags, HYK_D_FILE_WRITE, path, err);
	if (!hyk_random(&random, sizeof(random)))
		return fail(diags, HYK_D_FILE_WRITE, path, EIO);
	snprintf(beside, sizeof(beside), "%s.%016llx", name, (unsigned long long)random);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(diags, HYK_D_FILE_WRITE, path, errno);
	err = write_all(fd, text);
	/* fchmod, for the umask has no say in this. */
	if (!err && fchmod(fd, (mode_t)mode) != 0)
		err = errno;
	if (!err && fsync(fd) != 0)
		err = errno;
	if (close(fd) != 0 && !err)
		err = errno;
	if (!err && rename(beside, name) != 0)
		err = errno;
	if (err) {
		unlink(beside);
		return fail(diags, HYK_D_FILE_WRITE, path, err);
	}
	err = sync_folder_of(name);
	return err ? fail(diags, HYK_D_FILE_WRITE, path, err) : HYK_OK;
}

struct item {
	struct hyk_str name;
	bool is_dir;
};

static int
by_name(const void *a, const void *b)
{
	return hyk_str_cmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static bool
is_folder(int dir_fd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN && e->d_type != DT_LNK)
		return e->d_type == DT_DIR;
	return fstatat(dir_fd, e->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

enum hyk_status
hyk_file_list(struct hyk_arena *a, struct hyk_str path, struct hyk_str **ret_names, bool **ret_is_dir,
    size_t *ret_n, struct hyk_diags *diags)
{
	enum hyk_status st = HYK_OK;
	size_t n = 0, room = 0;
	struct item *items = NULL;
	const struct dirent *e;
	char name[PATH_MAX];
	DIR *dir;
	int err = to_c(path, name);

	if (err)
		return fail(diags, HYK_D_FILE_OPEN, path, err);
	dir = opendir(name);
	if (!dir)
		return fail(diags, HYK_D_FILE_OPEN, path, errno);
	for (;;) {
		errno = 0;
		e = readdir(dir);
		if (!e) {
			if (errno)
				st = fail(diags, HYK_D_FILE_READ, path, errno);
			break;
		}
		if (e->d_name[0] == '.')
			continue;
		if (n == room) {
			struct item *grown = hyk_arena_grow(a, items, n, &room, sizeof(*items));

			if (!grown) {
				st = no_memory(diags, a);
				break;
			}
			items = grown;
		}
		items[n].name = hyk_arena_dup(a, hyk_str_from_c(e->d_name));
		items[n].is_dir = is_folder(dirfd(dir), e);
		if (!items[n].name.p) {
			st = no_memory(diags, a);
			break;
		}
		n++;
	}
	closedir(dir);
	if (st != HYK_OK)
		return st;
	if (n)
		qsort(items, n, sizeof(*items), by_name);
	*ret_names = hyk_arena_array(a, n, sizeof(**ret_names));
	*ret_is_dir = hyk_arena_array(a, n, sizeof(**ret_is_dir));
	if (!*ret_names || !*ret_is_dir)
		return no_memory(diags, a);
	for (size_t i = 0; i < n; i++) {
		(*ret_names)[i] = items[i].name;
		(*ret_is_dir)[i] = items[i].is_dir;
	}
	*ret_n = n;
	return HYK_OK;
}

static int
make_one(const char *name, mode_t mode)
{
	struct stat st;
	int err;

	if (mkdir(name, mode) == 0)
		return chmod(name, mode) == 0 ? 0 : errno; /* the umask has no say in this */
	err = errno;
	/* There already, perhaps by someone else just now; or on a file system we may not write to. */
	if (stat(name, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	return err;
}

enum hyk_status
hyk_file_make_dirs(struct hyk_str path, unsigned mode, struct hyk_diags *diags)
{
	char name[PATH_MAX];
	int err = to_c(path, name);

	for (size_t i = 1; !err && i <= path.n; i++) {
		char keep = name[i];

		if (keep != '/' && keep != '\0')
			continue;
		name[i] = '\0';
		err = make_one(name, (mode_t)mode);
		name[i] = keep;
	}
	return err ? fail(diags, HYK_D_FILE_WRITE, path, err) : HYK_OK;
}
