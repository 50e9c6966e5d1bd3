/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

#include <unistd.h>

#include "support/check.h"

/* The status, and the first message's number in *ret_id. */
static enum hyk_status
try_address(const char *address, enum hyk_diag_id *ret_id)
{
	char bound[HYK_ADDRESS_BYTES];
	struct hyk_arena arena;
	struct hyk_diags diags;
	enum hyk_status st;
	int fd;

	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_listen_open(address, &fd, bound, &diags);
	*ret_id = diags.first != NULL ? diags.first->id : HYK_D_NONE;
	if (st == HYK_OK)
		close(fd);
	hyk_arena_fini(&arena);
	return st;
}

TEST(addresses_that_are_none)
{
	static const char *const wrong[] = { "", ":", ":8420", "8420", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "::1:8420", "[::1]",
		"[::1:8420", "[]:1", "example.org:80", "1.2.3.4.5:80", "[127.0.0.1]:80",
		"127.0.0.1 :80",
		"1111111111111111111111111111111111111111111111111111111111111111111111:1" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(wrong); i++) {
		enum hyk_diag_id id;

		if (!CHECK(
			try_address(wrong[i], &id) == HYK_E_INVALID && id == HYK_D_LISTEN_ADDRESS))
			fprintf(stderr, "    '%s'\n", wrong[i]);
	}
}

TEST(a_free_port_is_named)
{
	char bound[HYK_ADDRESS_BYTES] = "";
	enum hyk_diag_id id;
	int fd;

	REQUIRE(hyk_listen_open("127.0.0.1:0", &fd, bound, NULL) == HYK_OK);
	CHECK(strncmp(bound, "127.0.0.1:", 10) == 0 && strcmp(bound, "127.0.0.1:0") != 0);
	/* and it is taken now */
	CHECK_INT(try_address(bound, &id), HYK_E_BUSY);
	CHECK_INT(id, HYK_D_PORT_IN_USE);
	close(fd);
	CHECK_INT(try_address("localhost:0", &id), HYK_OK);
}

TEST(what_the_system_refuses_is_told)
{
	enum hyk_diag_id id;

	/* An address of the documentation range (RFC 5737) that no machine has. */
	CHECK_INT(try_address("192.0.2.1:0", &id), HYK_E_IO);
	CHECK_INT(id, HYK_D_LISTEN_FAILED);
	if (geteuid() != 0) {
		enum hyk_status st = try_address("127.0.0.1:1", &id);

		CHECK(st == HYK_OK || (st == HYK_E_DENIED && id == HYK_D_LISTEN_DENIED));
	}
}

int
main(void)
{
	RUN(addresses_that_are_none);
	RUN(a_free_port_is_named);
	RUN(what_the_system_refuses_is_told);
	return check_done();
}
