/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/http/client.h - a blocking HTTP client that sends exactly the bytes it is told to, and
 * a running server. */
#ifndef HYK_TESTS_HTTP_CLIENT_H
#define HYK_TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_engine.h"
#include "http/server.h"

struct site {
	struct hyk_engine engine;
	struct hyk_server *server;
	pthread_t thread;
	int port;
	enum hyk_status status;
};

static void *
site_run(void *self)
{
	struct site *s = self;

	s->status = hyk_server_run(s->server);
	return NULL;
}

static inline void
site_open(struct site *s, struct hyk_server_options o)
{
	fake_engine_open(&s->engine);
	o.listen = "127.0.0.1:0";
	o.no_pin = true;
	if (o.workers == 0)
		o.workers = 2;
	CHECK(hyk_server_open(&s->engine, &o, &s->server, NULL) == HYK_OK);
	s->port = (int)strtol(strchr(hyk_server_address(s->server), ':') + 1, NULL, 10);
	CHECK(pthread_create(&s->thread, NULL, site_run, s) == 0);
}

static inline void
site_close(struct site *s)
{
	hyk_server_stop(s->server);
	pthread_join(s->thread, NULL);
	CHECK_INT(s->status, HYK_OK);
	hyk_server_close(s->server);
	fake_engine_close(&s->engine);
}

struct client {
	int fd;
	char in[1 << 16]; /* received and not yet read as an answer */
	size_t n;
};

struct answer {
	int status; /* 0: the connection ended first */
	char head[4096];
	char body[1 << 14];
	size_t n_body;
};

static inline void
client_open(struct client *c, const struct site *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port) };
	struct timeval guard = { .tv_sec =
				     60 }; /* a hung server fails the test, not the whole run */

	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	c->n = 0;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(c->fd >= 0);
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof(guard));
	CHECK(connect(c->fd, (struct sockaddr *)&a, sizeof(a)) == 0);
}

static inline void
client_close(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

/* All of it, or false when the server has gone. */
static inline bool
client_send(struct client *c, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

HYK_PRINTF(2, 3) static inline bool client_printf(struct client *c, const char *fmt, ...)
{
	char text[16384];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	CHECK(n >= 0 && (size_t)n < sizeof(text));
	return client_send(c, text, (size_t)n);
}

/* More bytes; false at the end. */
static inline bool
client_fill(struct client *c)
{
	ssize_t n;

	if (c->n == sizeof(c->in))
		return false;
	n = recv(c->fd, c->in + c->n, sizeof(c->in) - c->n, 0);
	CHECK(!(n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)));
	if (n <= 0)
		return false;
	c->n += (size_t)n;
	return true;
}

/* The value of a header as text; NULL: none. Names as the server writes them. */
static inline const char *
answer_header(const struct answer *a, const char *name)
{
	static char value[1024];
	size_t n = strlen(name);
	const char *p = a->head;

	while ((p = strstr(p, "\r\n")) != NULL) {
		p += 2;
		if (strncmp(p, name, n) == 0 && p[n] == ':') {
			size_t len = strcspn(p + n + 2, "\r\n");

			CHECK(len < sizeof(value));
			memcpy(value, p + n + 2, len);
			value[len] = '\0';
			return value;
		}
	}
	return NULL;
}

static inline struct answer
client_read_answer(struct client *c, bool without_body)
{
	struct answer a = { .status = 0 };
	const char *end, *length;
	size_t n_head;

	while ((end = memmem(c->in, c->n, "\r\n\r\n", 4)) == NULL)
		if (!client_fill(c))
			return a;
	n_head = (size_t)(end - c->in) + 4;
	CHECK(n_head < sizeof(a.head));
	memcpy(a.head, c->in, n_head);
	CHECK(strncmp(a.head, "HTTP/1.1 ", 9) == 0);
	length = answer_header(&a, "Content-Length");
	a.n_body = length == NULL || without_body ? 0 : (size_t)strtoul(length, NULL, 10);
	CHECK(a.n_body < sizeof(a.body));
	while (c->n < n_head + a.n_body)
		if (!client_fill(c))
			return a;
	memcpy(a.body, c->in + n_head, a.n_body);
	c->n -= n_head + a.n_body;
	memmove(c->in, c->in + n_head + a.n_body, c->n);
	a.status = (int)strtol(a.head + 9, NULL, 10);
	return a;
}

static inline bool
client_is_closed(struct client *c)
{
	return c->n == 0 && !client_fill(c);
}

static inline struct answer
client_get(struct client *c, const char *path, const char *more)
{
	CHECK(client_printf(c, "GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", path, more));
	return client_read_answer(c, false);
}

/* A POST of JSON by the token that may decide, unless `more` says otherwise. */
static inline bool
client_send_post(struct client *c, const char *path, const char *body)
{
	return client_printf(c,
	    "POST %s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer decider\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    path, strlen(body), body);
}

static inline struct answer
client_post(struct client *c, const char *path, const char *body)
{
	CHECK(client_send_post(c, path, body));
	return client_read_answer(c, false);
}

#endif
