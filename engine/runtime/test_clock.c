/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/test_clock.h"

#ifdef HYK_TEST_CLOCK
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static enum hyk_status
map_offset(const char *dir, _Atomic int64_t **ret_offset)
{
	char path[4096];
	void *p;
	int fd;

	snprintf(path, sizeof(path), "%s/test-clock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return HYK_E_IO;
	if (ftruncate(fd, sizeof(**ret_offset)) != 0) {
		close(fd);
		return HYK_E_IO;
	}
	p = mmap(NULL, sizeof(**ret_offset), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return HYK_E_IO;
	*ret_offset = p;
	return HYK_OK;
}

static struct hyk_time
now(void *self)
{
	_Atomic int64_t *offset = self;
	struct hyk_time t = hyk_clock_now(hyk_clock_system());

	t.s += atomic_load(offset);
	return t;
}

enum hyk_status
hyk_test_clock_open(const char *state_dir, struct hyk_clock *ret_clock)
{
	_Atomic int64_t *offset = NULL;
	enum hyk_status st = map_offset(state_dir, &offset);

	if (st == HYK_OK)
		*ret_clock = (struct hyk_clock){ offset, now };
	return st;
}

enum hyk_status
hyk_test_clock_advance(const char *state_dir, int64_t by_s)
{
	_Atomic int64_t *offset = NULL;
	enum hyk_status st = map_offset(state_dir, &offset);

	if (st == HYK_OK)
		atomic_fetch_add(offset, by_s);
	return st;
}
#else
_Static_assert(1, "a file of C has at least one declaration");
#endif
