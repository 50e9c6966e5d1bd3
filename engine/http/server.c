/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/server.c - the acceptor: one thread takes connections and deals them to the loops, fewest
 * first.
 *
 * A shared listening socket would wake every worker for each connection and
 * leave the dealing to luck; nine hundred connections that stay open for hours
 * must be spread evenly on the first try.
 */
#include "http/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "http/answer.h"
#include "http/listen.h"
#include "http/loop.h"

#define MAX_WORKERS 64u
#define FULL_PAUSE_MS 100

struct hyk_server {
	struct hyk_site site;
	struct hyk_server_options options; /* with defaults filled in */
	char address[HYK_ADDRESS_BYTES];
	char *public_url;
	struct hyk_loop *loops[MAX_WORKERS];
	pthread_t threads[MAX_WORKERS];
	unsigned n_loops;
	int listen_fd, stop_fd;
};

static struct hyk_server_options
with_defaults(const struct hyk_server_options *o)
{
	struct hyk_server_options d = *o;

	if (d.listen == NULL)
		d.listen = "127.0.0.1:8420";
	if (d.workers == 0) {
		cpu_set_t set;

		d.workers = sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set)
									 : 1;
	}
	if (d.workers > MAX_WORKERS)
		d.workers = MAX_WORKERS;
	if (d.max_body_bytes == 0)
		d.max_body_bytes = (size_t)1 << 20;
	if (d.max_batch == 0)
		d.max_batch = 100;
	if (d.max_connections == 0)
		d.max_connections = 2000;
	if (d.idle_timeout_s == 0)
		d.idle_timeout_s = 60;
	if (d.request_timeout_s == 0)
		d.request_timeout_s = 20;
	return d;
}

void
hyk_server_write_limits(struct hyk_buf *b, const struct hyk_server_options *o)
{
	struct hyk_server_options zero = { .listen = NULL }, d = with_defaults(&zero),
				  now = with_defaults(o);
	const struct {
		const char *name, *unit;
		size_t value, by_default;
	} rows[] = {
		{ "max_body", "bytes of a request body", now.max_body_bytes, d.max_body_bytes },
		{ "max_head", "bytes of a request line with its headers, about", 8192, 8192 },
		{ "max_batch", "evaluations in one request", now.max_batch, d.max_batch },
		{ "max_connections", "open connections", now.max_connections, d.max_connections },
		{ "idle_timeout", "seconds between two requests of a connection",
		    now.idle_timeout_s, d.idle_timeout_s },
		{ "request_timeout", "seconds to send one request whole", now.request_timeout_s,
		    d.request_timeout_s },
		{ "workers", "threads that decide", now.workers, d.workers },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(rows); i++)
		hyk_buf_printf(b, "%-16s %8zu  %s (default %zu)\n", rows[i].name, rows[i].value,
		    rows[i].unit, rows[i].by_default);
}

/* ---- opening ---- */

/* http(s) and a host, nothing after the path: endpoints are made by appending to it. */
static bool
is_public_url(struct hyk_str url)
{
	size_t at = hyk_str_starts_with(url, HYK_STR("https://")) ? 8
	    : hyk_str_starts_with(url, HYK_STR("http://"))        ? 7
								  : 0;

	if (at == 0 || url.n == at || url.n > 1024)
		return false;
	for (size_t i = at; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || strchr("?#\"<>\\^`{|}", url.p[i]) != NULL)
			return false;
	return url.p[at] != '/';
}

static enum hyk_status
set_public_url(struct hyk_server *s, struct hyk_diags *diags)
{
	struct hyk_str given = hyk_str_from_c(s->options.public_url);
	struct hyk_buf b;
	size_t n;

	hyk_buf_init(&b, 2048);
	if (given.n > 0) {
		if (!is_public_url(given)) {
			HYK_DIAG(diags, HYK_D_PUBLIC_URL, NULL, HYK_NO_SPAN, given);
			hyk_buf_fini(&b);
			return HYK_E_INVALID;
		}
		while (given.p[given.n - 1] == '/')
			given.n--;
		hyk_buf_append(&b, given);
	} else {
		hyk_buf_append_c(&b, "http://");
		hyk_buf_append_c(&b, s->address);
	}
	s->public_url = hyk_buf_steal(&b, &n);
	if (s->public_url == NULL)
		return HYK_E_NOMEM;
	s->site.public_url = hyk_str_make(s->public_url, n);
	return HYK_OK;
}

/* The number of the i-th processor we may run on, round and round; -1: unknown. */
static int
cpu_number(unsigned i)
{
	cpu_set_t set;
	unsigned skip;

	if (sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) == 0)
		return -1;
	skip = i % (unsigned)CPU_COUNT(&set);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		if (skip == 0)
			return (int)cpu;
		skip--;
	}
	return -1;
}

static enum hyk_status
open_loops(struct hyk_server *s, struct hyk_diags *diags)
{
	enum hyk_status st = HYK_OK;

	s->site.metrics = aligned_alloc(
	    _Alignof(struct hyk_metrics), s->options.workers * sizeof(struct hyk_metrics));
	if (s->site.metrics == NULL)
		return HYK_E_NOMEM;
	memset(s->site.metrics, 0, s->options.workers * sizeof(struct hyk_metrics));
	s->site.n_workers = s->options.workers;
	while (st == HYK_OK && s->n_loops < s->options.workers) {
		struct hyk_loop_options o = {
			.cpu = s->options.no_pin ? -1 : cpu_number(s->n_loops),
			.max_connections = s->options.max_connections,
			.idle_timeout_s = s->options.idle_timeout_s,
			.request_timeout_s = s->options.request_timeout_s,
		};

		st = hyk_loop_open(
		    &s->site, &s->site.metrics[s->n_loops], &o, &s->loops[s->n_loops], diags);
		if (st == HYK_OK)
			s->n_loops++;
	}
	return st;
}

enum hyk_status
hyk_server_open(struct hyk_engine *engine, const struct hyk_server_options *o,
    struct hyk_server **ret_server, struct hyk_diags *diags)
{
	struct hyk_server *s = hyk_malloc(sizeof(*s));
	enum hyk_status st = HYK_E_NOMEM;

	if (s == NULL)
		return HYK_E_NOMEM;
	memset(s, 0, sizeof(*s));
	s->listen_fd = -1;
	s->options = with_defaults(o);
	s->site.engine = engine;
	s->site.max_body_bytes = s->options.max_body_bytes;
	atomic_init(&s->site.refused, 0);
	atomic_init(&s->site.stopping, false);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->stop_fd < 0) {
		st = HYK_E_IO;
		goto out;
	}
	/* First, so that a port in use is told before anything slow begins. */
	if (s->options.listen_fd > 0) {
		s->listen_fd = s->options.listen_fd;
		st = hyk_listen_address(s->listen_fd, s->address) ? HYK_OK : HYK_E_IO;
	} else {
		st = hyk_listen_open(s->options.listen, &s->listen_fd, s->address, diags);
	}
	if (st == HYK_OK)
		st = set_public_url(s, diags);
	if (st == HYK_OK)
		st = open_loops(s, diags);
	if (st != HYK_OK)
		goto out;
	*ret_server = s;
	s = NULL;
out:
	hyk_server_close(s);
	return st;
}

const char *
hyk_server_address(const struct hyk_server *s)
{
	return s->address;
}

void
hyk_server_close(struct hyk_server *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->n_loops; i++)
		hyk_loop_close(s->loops[i]);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
	free(s->site.metrics);
	free(s->public_url);
	hyk_free(s);
}

/* ---- serving ---- */

void
hyk_server_stop(struct hyk_server *s)
{
	uint64_t one = 1;

	while (write(s->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void
turn_away(struct hyk_server *s, int fd)
{
	struct hyk_call c;
	struct hyk_buf raw;

	atomic_fetch_add_explicit(&s->site.refused, 1, memory_order_relaxed);
	hyk_call_init(&c, &s->site);
	c.retry_after_s = 1;
	c.head.path = HYK_STR("/");
	hyk_answer_error(&c, 503, HYK_D_TOO_MANY_CONNECTIONS, 0, NULL);
	hyk_buf_init(&raw, 0);
	hyk_call_write_raw(&c, &raw);
	if (!raw.failed)
		(void)!send(fd, raw.p, raw.n, MSG_DONTWAIT | MSG_NOSIGNAL);
	hyk_buf_fini(&raw);
	hyk_call_fini(&c);
	/* Unread bytes would turn the close into a reset that takes the answer away. */
	(void)shutdown(fd, SHUT_WR);
	{
		char drain[4096];

		while (recv(fd, drain, sizeof(drain), MSG_DONTWAIT) > 0)
			;
	}
	close(fd);
}

static void
deal(struct hyk_server *s, int fd)
{
	unsigned total = 0, best = 0, least = UINT32_MAX;

	for (unsigned i = 0; i < s->n_loops; i++) {
		unsigned n = hyk_loop_connections(s->loops[i]);

		total += n;
		if (n < least) {
			least = n;
			best = i;
		}
	}
	if (total >= s->options.max_connections)
		turn_away(s, fd);
	else
		hyk_loop_give(s->loops[best], fd);
}

/* False: the system has no descriptor or memory left, and polling at once would only spin. */
static bool
accept_all(struct hyk_server *s)
{
	for (;;) {
		int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0)
			deal(s, fd);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			return false;
		else if (errno == EAGAIN)
			return true;
		/* Everything else is about a client that has left already. */
	}
}

static void
accept_until_stopped(struct hyk_server *s)
{
	struct pollfd fds[2] = { { .fd = s->stop_fd, .events = POLLIN },
		{ .fd = s->listen_fd, .events = POLLIN } };
	bool full = false, told = false;

	for (;;) {
		if (poll(fds, full ? 1 : 2, full ? FULL_PAUSE_MS : -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0)
			return;
		full = !accept_all(s);
		if (full && !told)
			HYK_LOG(HYK_LOG_WARN, "http.no_descriptors",
			    { "address", hyk_str_from_c(s->address) });
		told = full;
	}
}

static void *
run_loop(void *loop)
{
	hyk_loop_run(loop);
	return NULL;
}

enum hyk_status
hyk_server_run(struct hyk_server *s)
{
	sigset_t all, before;
	unsigned n = 0;

	/* Signals go to the program's own thread for them, never to a worker. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (n < s->n_loops && pthread_create(&s->threads[n], NULL, run_loop, s->loops[n]) == 0)
		n++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (n == s->n_loops)
		accept_until_stopped(s);
	close(s->listen_fd);
	s->listen_fd = -1;
	atomic_store_explicit(&s->site.stopping, true, memory_order_release);
	for (unsigned i = 0; i < n; i++)
		hyk_loop_stop(s->loops[i]);
	for (unsigned i = 0; i < n; i++)
		pthread_join(s->threads[i], NULL);
	return n == s->n_loops ? HYK_OK : HYK_E_NOMEM;
}
