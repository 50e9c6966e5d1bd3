/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/load.c - a load generator: N keep-alive connections, each asks again when it is
 * answered.
 *
 * load PORT CONNECTIONS SECONDS PATH TOKEN BODY-FILE
 * Prints one line of JSON: answered, failed, seconds, and percentiles of the latency in
 * microseconds. With a token of "-" none is sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define MAX_SAMPLES (4u << 20)

struct connection {
	int fd;
	uint64_t asked_ns;
	size_t n;
	char in[16384];
};

static char request[16384];
static size_t n_request;
static uint32_t *samples_us;
static size_t n_samples;
static uint64_t n_failed;

static void
die(const char *why)
{
	fprintf(stderr, "load: %s: %s\n", why, strerror(errno));
	exit(1);
}

static void
ask(struct connection *c)
{
	c->asked_ns = hyk_clock_monotonic_ns();
	if (send(c->fd, request, n_request, MSG_NOSIGNAL) != (ssize_t)n_request)
		die("send");
}

/* True when an answer is whole; it is dropped. */
static bool
take_answer(struct connection *c)
{
	const char *end = memmem(c->in, c->n, "\r\n\r\n", 4), *length;
	size_t total;

	if (end == NULL)
		return false;
	length = memmem(c->in, (size_t)(end - c->in), "Content-Length: ", 16);
	if (length == NULL)
		die("an answer without a length");
	total = (size_t)(end - c->in) + 4 + strtoul(length + 16, NULL, 10);
	if (total > sizeof(c->in))
		die("an answer too long");
	if (c->n < total)
		return false;
	if (memcmp(c->in, "HTTP/1.1 200", 12) != 0 && n_failed++ == 0)
		fprintf(stderr, "load: %.*s\n", (int)total, c->in);
	c->n -= total;
	memmove(c->in, c->in + total, c->n);
	return true;
}

static void
read_body(const char *path, const char *url, const char *token)
{
	static char body[8192];
	FILE *f = fopen(path, "r");
	size_t n;
	int head;

	if (f == NULL)
		die(path);
	n = fread(body, 1, sizeof(body), f);
	fclose(f);
	head = snprintf(request, sizeof(request),
	    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	    url, strcmp(token, "-") == 0 ? "" : "Authorization: Bearer ",
	    strcmp(token, "-") == 0 ? "" : token, strcmp(token, "-") == 0 ? "" : "\r\n", n);
	if (head < 0 || (size_t)head + n > sizeof(request))
		die("a request too long");
	memcpy(request + head, body, n);
	n_request = (size_t)head + n;
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static uint32_t
percentile(double p)
{
	return n_samples == 0 ? 0 : samples_us[(size_t)((double)(n_samples - 1) * p)];
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct connection *connections;
	uint64_t answered = 0, begin, now, until;
	size_t n;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (argc != 7) {
		fprintf(stderr, "usage: load PORT CONNECTIONS SECONDS PATH TOKEN BODY-FILE\n");
		return 2;
	}
	a.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	n = strtoul(argv[2], NULL, 10);
	read_body(argv[6], argv[4], argv[5]);
	connections = calloc(n, sizeof(*connections));
	samples_us = malloc(MAX_SAMPLES * sizeof(*samples_us));
	if (n == 0 || connections == NULL || samples_us == NULL || epoll < 0)
		die("start");
	for (size_t i = 0; i < n; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u64 = i };
		int on = 1;

		connections[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connections[i].fd < 0 ||
		    connect(connections[i].fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
		    setsockopt(connections[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
		    epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event) != 0)
			die("connect");
	}
	begin = now = hyk_clock_monotonic_ns();
	until = begin + (uint64_t)(strtod(argv[3], NULL) * 1e9);
	for (size_t i = 0; i < n; i++)
		ask(&connections[i]);
	while (now < until) {
		struct epoll_event events[64];
		int ready = epoll_wait(epoll, events, HYK_ARRAY_LEN(events), 1000);

		now = hyk_clock_monotonic_ns();
		for (int i = 0; i < ready; i++) {
			struct connection *c = &connections[events[i].data.u64];
			ssize_t got = recv(c->fd, c->in + c->n, sizeof(c->in) - c->n, MSG_DONTWAIT);

			if (got < 0 && errno == EAGAIN)
				continue;
			if (got <= 0)
				die("the server closed a connection");
			c->n += (size_t)got;
			if (!take_answer(c))
				continue;
			answered++;
			if (n_samples < MAX_SAMPLES)
				samples_us[n_samples++] = (uint32_t)((now - c->asked_ns) / 1000);
			ask(c);
		}
	}
	qsort(samples_us, n_samples, sizeof(*samples_us), by_size);
	printf(
	    "{\"answered\": %llu, \"failed\": %llu, \"seconds\": %.6f, \"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u}\n",
	    (unsigned long long)(answered - n_failed), (unsigned long long)n_failed,
	    (double)(now - begin) / 1e9, percentile(0.5), percentile(0.99), percentile(1));
	return n_failed > 0;
}
