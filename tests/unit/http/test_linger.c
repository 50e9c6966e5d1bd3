/* SPDX-License-Identifier: Apache-2.0 */
#include "http/linger.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/check.h"

#define TAG 7u

static bool
is_readable(int epoll, unsigned *ret_slot)
{
	struct epoll_event event;

	if (epoll_wait(epoll, &event, 1, 0) != 1)
		return false;
	*ret_slot = (unsigned)(event.data.u64 - TAG);
	return true;
}

TEST(what_still_comes_is_dropped_until_the_end)
{
	struct hyk_linger g;
	int pair[2], epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned slot = 99;
	char byte;

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	hyk_linger_init(&g, epoll, TAG);
	hyk_linger_add(&g, pair[1], 1000);
	CHECK_INT(g.n, 1);
	/* The library closes its own descriptor; ours keeps the socket. */
	CHECK(send(pair[1], "413", 3, 0) == 3);
	close(pair[1]);
	CHECK(send(pair[0], "more", 4, MSG_NOSIGNAL) == 4);
	REQUIRE(is_readable(epoll, &slot));
	CHECK_INT(slot, 0);
	hyk_linger_read(&g, slot);
	CHECK_INT(g.n, 1);
	CHECK(!is_readable(epoll, &slot));
	CHECK(recv(pair[0], &byte, 1, 0) == 1 && byte == '4');
	shutdown(pair[0], SHUT_WR);
	REQUIRE(is_readable(epoll, &slot));
	hyk_linger_read(&g, slot);
	CHECK_INT(g.n, 0);
	close(pair[0]);
	hyk_linger_fini(&g);
	close(epoll);
}

TEST(time_ends_it)
{
	struct hyk_linger g;
	int pair[2], epoll = epoll_create1(EPOLL_CLOEXEC);

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	hyk_linger_init(&g, epoll, TAG);
	hyk_linger_add(&g, pair[1], 1000);
	hyk_linger_sweep(&g, 2999);
	CHECK_INT(g.n, 1);
	hyk_linger_sweep(&g, 3000);
	CHECK_INT(g.n, 0);
	close(pair[0]);
	close(pair[1]);
	hyk_linger_fini(&g);
	close(epoll);
}

TEST(no_more_than_there_is_room_for)
{
	struct hyk_linger g;
	int pair[2], epoll = epoll_create1(EPOLL_CLOEXEC);

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	hyk_linger_init(&g, epoll, TAG);
	for (unsigned i = 0; i < HYK_LINGER_SLOTS + 5; i++)
		hyk_linger_add(&g, pair[1], 0);
	CHECK_INT(g.n, HYK_LINGER_SLOTS);
	hyk_linger_read(&g, HYK_LINGER_SLOTS + 1); /* no such slot: nothing happens */
	hyk_linger_fini(&g);
	CHECK_INT(g.n, 0);
	close(pair[0]);
	close(pair[1]);
	close(epoll);
}

int
main(void)
{
	RUN(what_still_comes_is_dropped_until_the_end);
	RUN(time_ends_it);
	RUN(no_more_than_there_is_room_for);
	return check_done();
}
