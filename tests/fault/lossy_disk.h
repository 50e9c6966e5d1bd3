/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault/lossy_disk.h - a disk whose power can be cut: what was not synced survives in any part, torn at 512 bytes.
 *
 * A layer between SQLite and the real files. Beside every write it keeps what is
 * surely on the platter (all up to the last sync) and what is only on its way. A
 * cut writes a copy of the files to a new folder as a power failure at that moment
 * could have left them. Killing a process proves nothing of the kind: the system
 * writes out whatever the process wrote.
 *
 * Files made and deleted count as done at once; SQLite syncs the folder itself.
 * Include in one .c of a test program. Only one thread may write at a time.
 */
#ifndef HYK_TESTS_LOSSY_DISK_H
#define HYK_TESTS_LOSSY_DISK_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/defs.h"

#define DISK_FILES 8
#define DISK_SECTOR 512

struct disk_op {
	bool is_truncate;
	int64_t at; /* or the new size */
	size_t n;
	char *bytes;
};

struct disk_file {
	char name[64]; /* within the folder */
	char *platter;
	int64_t size;
	struct disk_op *ops;
	size_t n_ops, room;
};

static struct disk {
	char folder[200];
	struct disk_file files[DISK_FILES];
	size_t n_files;
	uint64_t n_syncs, n_writes;
	uint32_t random;
	void (*before)(void); /* each write, sync and truncate */
	bool in_before;
	bool lies;            /* syncs are said to be done and are not */
	int fail_syncs;       /* so many syncs of the WAL fail */
	bool fail_db_syncs;
	bool full;            /* writes find no space */
} disk;

static inline uint32_t
disk_random(void)
{
	disk.random = disk.random * 1664525u + 1013904223u;
	return disk.random >> 8;
}

static inline void *
disk_alloc(void *old, size_t n)
{
	void *p = realloc(old, n ? n : 1);

	if (!p)
		abort();
	return p;
}

static inline struct disk_file *
disk_find(const char *path)
{
	size_t n = strlen(disk.folder);
	const char *name;

	if (!path || !n || strncmp(path, disk.folder, n) != 0 || path[n] != '/')
		return NULL;
	name = path + n + 1;
	for (size_t i = 0; i < disk.n_files; i++) {
		if (strcmp(disk.files[i].name, name) == 0)
			return &disk.files[i];
	}
	if (disk.n_files == DISK_FILES || strlen(name) >= sizeof(disk.files[0].name))
		abort();
	disk.files[disk.n_files] = (struct disk_file){ .size = 0 };
	memcpy(disk.files[disk.n_files].name, name, strlen(name) + 1);
	return &disk.files[disk.n_files++];
}

static inline void
disk_drop_ops(struct disk_file *f)
{
	for (size_t i = 0; i < f->n_ops; i++)
		free(f->ops[i].bytes);
	f->n_ops = 0;
}

static inline void
disk_put(char **p, int64_t *size, int64_t at, const char *bytes, size_t n)
{
	int64_t end = at + (int64_t)n;

	if (end > *size) {
		*p = disk_alloc(*p, (size_t)end);
		memset(*p + *size, 0, (size_t)(end - *size));
		*size = end;
	}
	memcpy(*p + at, bytes, n);
}

static inline void
disk_cut_to(int64_t *size, int64_t new_size)
{
	if (new_size < *size)
		*size = new_size;
}

static inline void
disk_add(struct disk_file *f, bool is_truncate, int64_t at, const void *bytes, size_t n)
{
	struct disk_op op = { .is_truncate = is_truncate, .at = at, .n = n };

	if (n) {
		op.bytes = disk_alloc(NULL, n);
		memcpy(op.bytes, bytes, n);
	}
	if (f->n_ops == f->room) {
		f->room = f->room ? 2 * f->room : 64;
		f->ops = disk_alloc(f->ops, f->room * sizeof(*f->ops));
	}
	f->ops[f->n_ops++] = op;
}

static inline void
disk_settle(struct disk_file *f)
{
	for (size_t i = 0; i < f->n_ops; i++) {
		struct disk_op *op = &f->ops[i];

		if (op->is_truncate)
			disk_cut_to(&f->size, op->at);
		else
			disk_put(&f->platter, &f->size, op->at, op->bytes, op->n);
	}
	disk_drop_ops(f);
}

static inline void
disk_forget(void)
{
	for (size_t i = 0; i < disk.n_files; i++) {
		disk_drop_ops(&disk.files[i]);
		free(disk.files[i].ops);
		free(disk.files[i].platter);
	}
	memset(&disk, 0, sizeof(disk));
}

/* Writes beyond the last sync that are not surely on the platter. */
static inline size_t
disk_unsynced(const char *ending)
{
	size_t n = 0, m = strlen(ending);

	for (size_t i = 0; i < disk.n_files; i++) {
		size_t k = strlen(disk.files[i].name);

		if (k >= m && strcmp(disk.files[i].name + k - m, ending) == 0)
			n += disk.files[i].n_ops;
	}
	return n;
}

/* The folder as the power failure leaves it: each torn piece is there or not. */
static inline void
disk_cut(const char *folder)
{
	uint32_t chance = disk_random() % 5 * 25; /* 0, 25, 50, 75, 100 of 100 survive */

	if (mkdir(folder, 0700) != 0)
		abort();
	for (size_t i = 0; i < disk.n_files; i++) {
		struct disk_file *f = &disk.files[i];
		char *image = disk_alloc(NULL, (size_t)f->size), path[300];
		int64_t size = f->size;
		FILE *out;

		memcpy(image, f->platter ? f->platter : "", (size_t)size);
		for (size_t k = 0; k < f->n_ops; k++) {
			struct disk_op *op = &f->ops[k];

			if (op->is_truncate) {
				if (disk_random() % 100 < chance)
					disk_cut_to(&size, op->at);
				continue;
			}
			for (size_t done = 0; done < op->n;) {
				size_t n = (size_t)(DISK_SECTOR - (op->at + (int64_t)done) % DISK_SECTOR);

				if (n > op->n - done)
					n = op->n - done;
				if (disk_random() % 100 < chance)
					disk_put(&image, &size, op->at + (int64_t)done, op->bytes + done, n);
				done += n;
			}
		}
		snprintf(path, sizeof(path), "%s/%s", folder, f->name);
		out = fopen(path, "w");
		if (!out || fwrite(image, 1, (size_t)size, out) != (size_t)size || fclose(out) != 0)
			abort();
		free(image);
	}
}

struct disk_handle {
	sqlite3_file base;
	struct disk_file *file; /* NULL: only passed through */
	sqlite3_file *real;
};

static sqlite3_vfs *disk_real_vfs;

static inline void
disk_before(void)
{
	if (disk.before && !disk.in_before) {
		disk.in_before = true;
		disk.before();
		disk.in_before = false;
	}
}

#define DISK_REAL(f) (((struct disk_handle *)(f))->real)
#define DISK_FILE(f) (((struct disk_handle *)(f))->file)

static int
disk_x_close(sqlite3_file *f)
{
	return DISK_REAL(f)->pMethods ? DISK_REAL(f)->pMethods->xClose(DISK_REAL(f)) : SQLITE_OK;
}

static int
disk_x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return DISK_REAL(f)->pMethods->xRead(DISK_REAL(f), p, n, at);
}

static int
disk_x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (DISK_FILE(f)) {
		disk_before();
		if (disk.full)
			return SQLITE_FULL;
		disk.n_writes++;
		disk_add(DISK_FILE(f), false, at, p, (size_t)n);
	}
	return DISK_REAL(f)->pMethods->xWrite(DISK_REAL(f), p, n, at);
}

static int
disk_x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (DISK_FILE(f)) {
		disk_before();
		disk_add(DISK_FILE(f), true, size, NULL, 0);
	}
	return DISK_REAL(f)->pMethods->xTruncate(DISK_REAL(f), size);
}

static int
disk_x_sync(sqlite3_file *f, int flags)
{
	struct disk_file *file = DISK_FILE(f);

	(void)flags;
	if (!file)
		return SQLITE_OK;
	disk_before();
	if (strstr(file->name, "-wal") ? disk.fail_syncs > 0 : disk.fail_db_syncs) {
		if (strstr(file->name, "-wal"))
			disk.fail_syncs--;
		return SQLITE_IOERR_FSYNC;
	}
	disk.n_syncs++;
	if (!disk.lies)
		disk_settle(file);
	return SQLITE_OK;
}

static int
disk_x_file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return DISK_REAL(f)->pMethods->xFileSize(DISK_REAL(f), size);
}

static int
disk_x_lock(sqlite3_file *f, int level)
{
	return DISK_REAL(f)->pMethods->xLock(DISK_REAL(f), level);
}

static int
disk_x_unlock(sqlite3_file *f, int level)
{
	return DISK_REAL(f)->pMethods->xUnlock(DISK_REAL(f), level);
}

static int
disk_x_check_lock(sqlite3_file *f, int *held)
{
	return DISK_REAL(f)->pMethods->xCheckReservedLock(DISK_REAL(f), held);
}

static int
disk_x_control(sqlite3_file *f, int op, void *arg)
{
	return DISK_REAL(f)->pMethods->xFileControl(DISK_REAL(f), op, arg);
}

static int
disk_x_sector(sqlite3_file *f)
{
	return DISK_REAL(f)->pMethods->xSectorSize(DISK_REAL(f));
}

static int
disk_x_traits(sqlite3_file *f)
{
	return DISK_REAL(f)->pMethods->xDeviceCharacteristics(DISK_REAL(f));
}

static int
disk_x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p)
{
	return DISK_REAL(f)->pMethods->xShmMap(DISK_REAL(f), page, size, extend, p);
}

static int
disk_x_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return DISK_REAL(f)->pMethods->xShmLock(DISK_REAL(f), at, n, flags);
}

static void
disk_x_shm_barrier(sqlite3_file *f)
{
	DISK_REAL(f)->pMethods->xShmBarrier(DISK_REAL(f));
}

static int
disk_x_shm_unmap(sqlite3_file *f, int delete)
{
	return DISK_REAL(f)->pMethods->xShmUnmap(DISK_REAL(f), delete);
}

static const sqlite3_io_methods disk_methods = { 2, disk_x_close, disk_x_read, disk_x_write, disk_x_truncate, disk_x_sync,
	disk_x_file_size, disk_x_lock, disk_x_unlock, disk_x_check_lock, disk_x_control, disk_x_sector, disk_x_traits,
	disk_x_shm_map, disk_x_shm_lock, disk_x_shm_barrier, disk_x_shm_unmap, NULL, NULL };

static int
disk_x_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *ret_flags)
{
	struct disk_handle *h = (struct disk_handle *)f;
	int rc;

	(void)vfs;
	h->real = (sqlite3_file *)(h + 1);
	h->file = disk_find(path);
	rc = disk_real_vfs->xOpen(disk_real_vfs, path, h->real, flags, ret_flags);
	h->base.pMethods = h->real->pMethods ? &disk_methods : NULL;
	return rc;
}

static int
disk_x_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	struct disk_file *f = disk_find(path);

	(void)vfs;
	if (f) {
		disk_before();
		disk_drop_ops(f);
		free(f->ops);
		free(f->platter);
		*f = disk.files[--disk.n_files];
	}
	return disk_real_vfs->xDelete(disk_real_vfs, path, sync_folder);
}

/* From now on SQLite's files in `folder` lie on this disk. */
static inline void
disk_insert(const char *folder, uint32_t seed)
{
	static sqlite3_vfs vfs;

	disk_forget();
	if (!disk_real_vfs) {
		disk_real_vfs = sqlite3_vfs_find(NULL);
		vfs = *disk_real_vfs;
		vfs.zName = "lossy";
		vfs.szOsFile = (int)sizeof(struct disk_handle) + disk_real_vfs->szOsFile;
		vfs.xOpen = disk_x_open;
		vfs.xDelete = disk_x_delete;
		sqlite3_vfs_register(&vfs, 1);
	}
	snprintf(disk.folder, sizeof(disk.folder), "%s", folder);
	disk.random = seed;
}

#endif
