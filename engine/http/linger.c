/* SPDX-License-Identifier: Apache-2.0 */
#include "http/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MS 2000u
#define LINGER_BYTES ((size_t)4 << 20)

void
hyk_linger_init(struct hyk_linger *g, int epoll, uint64_t first_tag)
{
	g->epoll = epoll;
	g->first_tag = first_tag;
	g->n = 0;
	for (unsigned i = 0; i < HYK_LINGER_SLOTS; i++)
		g->slots[i].fd = -1;
}

static void
drop(struct hyk_linger *g, unsigned i)
{
	close(g->slots[i].fd);
	g->slots[i].fd = -1;
	g->n--;
}

void
hyk_linger_fini(struct hyk_linger *g)
{
	for (unsigned i = 0; i < HYK_LINGER_SLOTS; i++)
		if (g->slots[i].fd >= 0)
			drop(g, i);
}

void
hyk_linger_add(struct hyk_linger *g, int fd, uint64_t now_ms)
{
	struct epoll_event event = { .events = EPOLLIN };
	unsigned i = 0;
	int copy;

	while (i < HYK_LINGER_SLOTS && g->slots[i].fd >= 0)
		i++;
	if (i == HYK_LINGER_SLOTS)
		return;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return;
	event.data.u64 = g->first_tag + i;
	if (epoll_ctl(g->epoll, EPOLL_CTL_ADD, copy, &event) != 0) {
		close(copy);
		return;
	}
	g->slots[i].fd = copy;
	g->slots[i].until_ms = now_ms + LINGER_MS;
	g->slots[i].left_bytes = LINGER_BYTES;
	g->n++;
}

void
hyk_linger_read(struct hyk_linger *g, unsigned i)
{
	char drain[16384];
	ssize_t n;

	if (i >= HYK_LINGER_SLOTS || g->slots[i].fd < 0)
		return;
	n = recv(g->slots[i].fd, drain, sizeof(drain), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || (size_t)n >= g->slots[i].left_bytes)
		drop(g, i);
	else
		g->slots[i].left_bytes -= (size_t)n;
}

void
hyk_linger_sweep(struct hyk_linger *g, uint64_t now_ms)
{
	for (unsigned i = 0; i < HYK_LINGER_SLOTS && g->n > 0; i++)
		if (g->slots[i].fd >= 0 && now_ms >= g->slots[i].until_ms)
			drop(g, i);
}
