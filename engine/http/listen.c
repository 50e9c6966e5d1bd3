/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool
parse(struct hyk_str text, union address *ret_a, socklen_t *ret_n)
{
	char host[HYK_ADDRESS_BYTES];
	struct hyk_str name;
	size_t colon = text.n;
	uint64_t port;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon < 2 || !hyk_str_to_u64(hyk_str_make(text.p + colon, text.n - colon), &port) ||
	    port > 65535)
		return false;
	name = hyk_str_make(text.p, colon - 1);
	memset(ret_a, 0, sizeof(*ret_a));
	if (name.p[0] == '[') {
		if (name.n < 3 || name.p[name.n - 1] != ']' || name.n - 2 >= sizeof(host))
			return false;
		memcpy(host, name.p + 1, name.n - 2);
		host[name.n - 2] = '\0';
		ret_a->v6.sin6_family = AF_INET6;
		ret_a->v6.sin6_port = htons((uint16_t)port);
		*ret_n = sizeof(ret_a->v6);
		return inet_pton(AF_INET6, host, &ret_a->v6.sin6_addr) == 1;
	}
	if (hyk_str_eq_c(name, "localhost"))
		name = HYK_STR("127.0.0.1");
	if (name.n >= sizeof(host))
		return false;
	memcpy(host, name.p, name.n);
	host[name.n] = '\0';
	ret_a->v4.sin_family = AF_INET;
	ret_a->v4.sin_port = htons((uint16_t)port);
	*ret_n = sizeof(ret_a->v4);
	return inet_pton(AF_INET, host, &ret_a->v4.sin_addr) == 1;
}

bool
hyk_listen_address(int fd, char out[HYK_ADDRESS_BYTES])
{
	union address a;
	socklen_t n = sizeof(a);
	char host[INET6_ADDRSTRLEN];

	memset(&a, 0, sizeof(a));
	if (getsockname(fd, &a.any, &n) != 0)
		return false;
	if (a.any.sa_family == AF_INET6) {
		if (inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof(host)) == NULL)
			return false;
		snprintf(out, HYK_ADDRESS_BYTES, "[%s]:%u", host, (unsigned)ntohs(a.v6.sin6_port));
	} else {
		if (inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof(host)) == NULL)
			return false;
		snprintf(out, HYK_ADDRESS_BYTES, "%s:%u", host, (unsigned)ntohs(a.v4.sin_port));
	}
	return true;
}

static enum hyk_status
explain(int error, struct hyk_str address, struct hyk_diags *diags)
{
	char why[128];

	switch (error) {
	case EADDRINUSE:
		HYK_DIAG(diags, HYK_D_PORT_IN_USE, NULL, HYK_NO_SPAN, address);
		return HYK_E_BUSY;
	case EACCES:
	case EPERM:
		HYK_DIAG(diags, HYK_D_LISTEN_DENIED, NULL, HYK_NO_SPAN, address);
		return HYK_E_DENIED;
	default:
		HYK_DIAG(diags, HYK_D_LISTEN_FAILED, NULL, HYK_NO_SPAN, address,
		    hyk_str_from_c(strerror_r(error, why, sizeof(why))));
		return HYK_E_IO;
	}
}

enum hyk_status
hyk_listen_open(
    const char *text, int *ret_fd, char ret_address[HYK_ADDRESS_BYTES], struct hyk_diags *diags)
{
	struct hyk_str address = hyk_str_from_c(text);
	union address a;
	socklen_t n = 0;
	int fd, on = 1;

	if (!parse(address, &a, &n)) {
		HYK_DIAG(diags, HYK_D_LISTEN_ADDRESS, NULL, HYK_NO_SPAN, address);
		return HYK_E_INVALID;
	}
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return explain(errno, address, diags);
	/* A restart need not wait for old connections to be forgotten. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, &a.any, n) != 0 || listen(fd, BACKLOG) != 0 ||
	    !hyk_listen_address(fd, ret_address)) {
		int error = errno;

		close(fd);
		return explain(error, address, diags);
	}
	*ret_fd = fd;
	return HYK_OK;
}
