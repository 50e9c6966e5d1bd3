/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/loop.c - the daemon and what it calls back.
 *
 * The library's own epoll thread stalls when 128 connections are ready at once,
 * so each worker runs the daemon itself (MHD_USE_EPOLL without a thread).
 * Sockets come from the server's acceptor, evenly over the workers. Time limits
 * are ours: the library's only look at the last byte, and a client that sends
 * one a minute would keep a connection for ever.
 */
#include "http/loop.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "http/linger.h"
#include "http/wire.h"

#define SWEEP_MS 500u
#define STOP_GRACE_MS 5000u
/* Of a connection: request line, headers, a part of the body at a time. The library clears it for
 * each request. */
/* Twice what a head may have: an answer that was worked out must find room for its own. */
#define CONNECTION_BYTES ((size_t)2 * HYK_HEAD_BYTES)
#define MAX_SPARE 256u

enum tag { TAG_DAEMON, TAG_WAKE, TAG_LINGER };

enum phase {
	PHASE_IDLE,    /* between requests, or in the first line of one */
	PHASE_READING, /* head or body */
	PHASE_WAITING, /* suspended: for its record */
	PHASE_ANSWERING
};

struct connection {
	struct connection *next, *prev;
	int fd;
	enum phase phase;
	uint64_t since_ms; /* of the phase */
	bool linger;       /* answered before all was read */
	bool cut;          /* shut down by us */
	bool looked;       /* in this phase, whether the client has ended */
	bool odd_target;   /* the first line has blanks or control characters in its target */
	const char *target, *target_end; /* of the first line, in the library's buffer; end: behind its NUL */
};

struct request {
	struct hyk_call call; /* first: an exchange's `user` is the request */
	struct connection *connection;
	struct MHD_Connection *mhd;
	struct request *next; /* spare */
	uint64_t received_bytes;
	bool done;
};

struct hyk_loop {
	const struct hyk_site *site;
	struct hyk_metrics *metrics;
	struct hyk_loop_options options;
	struct hyk_worker *worker;
	struct MHD_Daemon *daemon;
	int epoll, wake;
	struct connection *connections;
	struct request *spare;
	unsigned n_spare;
	struct hyk_linger linger;
	uint64_t now_ms, swept_ms;
	/* from other threads */
	pthread_mutex_t lock; /* guards inbox and n_inbox; nothing is called under it */
	int *inbox;
	size_t n_inbox, room_inbox;
	atomic_uint n_connections; /* with those in the inbox */
};

/* ---- from other threads ---- */

static void
wake_loop(void *self)
{
	const struct hyk_loop *l = self;
	uint64_t one = 1;

	while (write(l->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
hyk_loop_give(struct hyk_loop *l, int fd)
{
	bool taken = false;

	pthread_mutex_lock(&l->lock);
	if (l->n_inbox < l->room_inbox) {
		l->inbox[l->n_inbox++] = fd;
		taken = true;
	}
	pthread_mutex_unlock(&l->lock);
	if (!taken) {
		close(fd);
		return;
	}
	atomic_fetch_add_explicit(&l->n_connections, 1, memory_order_relaxed);
	wake_loop(l);
}

unsigned
hyk_loop_connections(const struct hyk_loop *l)
{
	return atomic_load_explicit(&l->n_connections, memory_order_relaxed);
}

void
hyk_loop_stop(struct hyk_loop *l)
{
	wake_loop(l);
}

/* ---- requests ---- */

static struct request *
request_take(struct hyk_loop *l)
{
	struct request *r = l->spare;

	if (r != NULL) {
		l->spare = r->next;
		l->n_spare--;
		r->next = NULL;
		return r;
	}
	r = hyk_malloc(sizeof(*r));
	if (r == NULL)
		return NULL;
	memset(r, 0, sizeof(*r));
	hyk_call_init(&r->call, l->site);
	return r;
}

static void
request_give_back(struct hyk_loop *l, struct request *r)
{
	hyk_call_reset(&r->call);
	r->connection = NULL;
	r->mhd = NULL;
	r->received_bytes = 0;
	r->done = false;
	if (l->n_spare == MAX_SPARE) {
		hyk_call_fini(&r->call);
		hyk_free(r);
		return;
	}
	r->next = l->spare;
	l->spare = r;
	l->n_spare++;
}

static void
set_phase(const struct hyk_loop *l, struct connection *c, enum phase phase)
{
	c->phase = phase;
	c->since_ms = l->now_ms;
	c->looked = false;
}

/* ---- what the library calls ---- */

static void
on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
	struct hyk_loop *l = cls;
	struct connection *c;

	switch (code) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		c = hyk_malloc(sizeof(*c));
		*socket_context = c; /* NULL: its first request is refused */
		if (c == NULL)
			return;
		memset(c, 0, sizeof(*c));
		c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		set_phase(l, c, PHASE_IDLE);
		c->next = l->connections;
		if (c->next != NULL)
			c->next->prev = c;
		l->connections = c;
		return;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		c = *socket_context;
		atomic_fetch_sub_explicit(&l->n_connections, 1, memory_order_relaxed);
		hyk_metrics_move(&l->metrics->connections, -1);
		if (c == NULL)
			return;
		if (c->linger)
			hyk_linger_add(&l->linger, c->fd, l->now_ms);
		if (c->next != NULL)
			c->next->prev = c->prev;
		if (c->prev != NULL)
			c->prev->next = c->next;
		else
			l->connections = c->next;
		hyk_free(c);
		*socket_context = NULL;
		return;
	}
}

static struct connection *
connection_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static bool
is_odd(const char *target)
{
	for (const unsigned char *p = (const unsigned char *)target; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f)
			return true;
	return target[0] == '\0';
}

/* The first line of a request is read; later the library turns every '+' of a query into a blank. */
static void *
on_line(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	const struct hyk_loop *l = cls;
	struct connection *c = connection_of(mhd);

	if (c != NULL) {
		set_phase(l, c, PHASE_READING);
		c->odd_target = is_odd(uri);
		c->target = uri;
		c->target_end = uri + strlen(uri) + 1;
	}
	return NULL;
}

static void
on_completed(
    void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode code)
{
	struct hyk_loop *l = cls;
	struct connection *c = connection_of(mhd);
	struct request *r = *con_cls;

	*con_cls = NULL;
	if (c != NULL)
		set_phase(l, c, PHASE_IDLE);
	if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
		hyk_metrics_add(&l->metrics->broken);
	if (r != NULL)
		request_give_back(l, r);
}

/* Paths are compared as sent: nothing served has a name that needs an escape. */
static size_t
leave_escapes(void *cls, struct MHD_Connection *mhd, char *text)
{
	(void)cls;
	(void)mhd;
	return strlen(text);
}

static enum MHD_Result
send_reply(struct hyk_loop *l, struct request *r)
{
	if (r->call.head.transfer_encoding.n > 0 && hyk_wire_has_trailers(r->mhd))
		r->call.last = r->connection->linger = true;
	/* The bytes of the answer live until on_completed gives the request back. */
	if (!hyk_wire_send(r->mhd, &r->call))
		return MHD_NO;
	hyk_metrics_count(l->metrics, r->call.route, r->call.status);
	set_phase(l, r->connection, PHASE_ANSWERING);
	return MHD_YES;
}

/* A body that never ends is answered past the library, which can answer only after it; then the
 * connection goes. */
static enum MHD_Result
cut_off(struct hyk_loop *l, struct request *r)
{
	struct hyk_buf raw;

	hyk_buf_init(&raw, 0);
	hyk_call_write_raw(&r->call, &raw);
	if (!raw.failed &&
	    send(r->connection->fd, raw.p, raw.n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)raw.n)
		hyk_metrics_count(l->metrics, r->call.route, r->call.status);
	hyk_buf_fini(&raw);
	r->connection->linger = true;
	return MHD_NO;
}

static enum MHD_Result
start_request(struct hyk_loop *l, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, void **con_cls)
{
	struct connection *connection = connection_of(mhd);
	struct request *r = connection == NULL ? NULL : request_take(l);
	struct hyk_call *c;
	uint64_t declared;

	if (r == NULL)
		return MHD_NO;
	*con_cls = r;
	r->mhd = mhd;
	r->connection = connection;
	c = &r->call;
	c->head.method = method;
	c->head.path = hyk_str_from_c(url);
	/* One blank on each side, and nothing behind a NUL that the library does not see. */
	c->head.malformed = connection->odd_target || connection->target != method + strlen(method) + 1 ||
	    connection->target_end != version;
	hyk_wire_read_head(mhd, method, version, &c->head);
	c->exchange.user = r;
	hyk_call_begin(c);
	if (c->status == 0)
		return MHD_YES;
	/* A refused body of ordinary size is read and dropped, so that the connection can be used
	 * again. */
	declared = hyk_call_declared_bytes(c);
	if (c->unclear || declared > l->site->max_body_bytes ||
	    (c->head.expect.n > 0 && (declared > 0 || c->head.transfer_encoding.n > 0))) {
		connection->linger = true;
		return send_reply(l, r);
	}
	return MHD_YES;
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, const char *data, size_t *n_data, void **con_cls)
{
	struct hyk_loop *l = cls;
	struct request *r = *con_cls;

	if (r == NULL)
		return start_request(l, mhd, url, method, version, con_cls);
	if (*n_data > 0) {
		r->received_bytes += *n_data;
		hyk_call_append(&r->call, data, *n_data);
		*n_data = 0;
		return r->received_bytes > l->site->max_body_bytes ? cut_off(l, r) : MHD_YES;
	}
	if (r->done || hyk_call_run(&r->call, l->worker))
		return send_reply(l, r);
	/* Done may be told already, but only this thread looks, after the library has returned. */
	set_phase(l, r->connection, PHASE_WAITING);
	hyk_metrics_move(&l->metrics->waiting, 1);
	MHD_suspend_connection(mhd);
	return MHD_YES;
}

/* ---- the loop ---- */

static void
resume_done(struct hyk_loop *l)
{
	struct hyk_exchange *x;

	while ((x = hyk_worker_next_done(l->worker)) != NULL) {
		struct request *r = x->user;

		hyk_call_finish(&r->call);
		r->done = true;
		hyk_metrics_move(&l->metrics->waiting, -1);
		set_phase(l, r->connection, PHASE_ANSWERING);
		MHD_resume_connection(r->mhd);
	}
}

static void
take_sockets(struct hyk_loop *l)
{
	struct sockaddr_storage address = { .ss_family = AF_INET };
	int batch[64];
	size_t n;

	do {
		pthread_mutex_lock(&l->lock);
		n = l->n_inbox < HYK_ARRAY_LEN(batch) ? l->n_inbox : HYK_ARRAY_LEN(batch);
		l->n_inbox -= n;
		if (n > 0)
			memcpy(batch, l->inbox + l->n_inbox, n * sizeof(batch[0]));
		pthread_mutex_unlock(&l->lock);
		for (size_t i = 0; i < n; i++) {
			hyk_metrics_move(&l->metrics->connections, 1);
			/* On failure the library closes the socket; nobody was told of it. */
			if (MHD_add_connection(l->daemon, batch[i], (struct sockaddr *)&address,
				sizeof(struct sockaddr_in)) != MHD_YES) {
				hyk_metrics_move(&l->metrics->connections, -1);
				atomic_fetch_sub_explicit(
				    &l->n_connections, 1, memory_order_relaxed);
			} else {
				hyk_metrics_add(&l->metrics->accepted);
			}
		}
	} while (n > 0);
}

static void
cut_connection(struct connection *c)
{
	if (c->cut)
		return;
	c->cut = true;
	(void)shutdown(c->fd, SHUT_RDWR); /* the library sees the end and closes */
}

/*
 * The library waits for edges and takes a short read for the last one: an end that
 * came together with the bytes before it is never told. One look a phase finds it;
 * what comes later is an edge of its own.
 */
static bool
has_ended(struct connection *c)
{
	char byte;

	if (c->looked)
		return false;
	c->looked = true;
	return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
sweep(struct hyk_loop *l, bool stopping, uint64_t stop_ms)
{
	l->swept_ms = l->now_ms;
	for (struct connection *c = l->connections; c != NULL; c = c->next) {
		uint64_t age_ms = l->now_ms - c->since_ms;
		bool late = false;

		if (!stopping && age_ms < SWEEP_MS)
			continue; /* too young for any limit, and perhaps not read yet */

		switch (c->phase) {
		case PHASE_IDLE:
			if (stopping || has_ended(c)) {
				cut_connection(c);
				continue;
			}
			late = age_ms >= (uint64_t)l->options.idle_timeout_s * 1000;
			break;
		case PHASE_READING:
			if (has_ended(c)) {
				cut_connection(c);
				continue;
			}
			late = age_ms >= (uint64_t)l->options.request_timeout_s * 1000 ||
			    (stopping && l->now_ms - stop_ms >= STOP_GRACE_MS);
			break;
		case PHASE_WAITING:
			break;
		case PHASE_ANSWERING:
			late = age_ms >= (uint64_t)l->options.idle_timeout_s * 1000 ||
			    (stopping && l->now_ms - stop_ms >= STOP_GRACE_MS);
			break;
		}
		if (late && !c->cut) {
			hyk_metrics_add(&l->metrics->timed_out);
			cut_connection(c);
		}
	}
	hyk_linger_sweep(&l->linger, l->now_ms);
}

static void
read_clock(struct hyk_loop *l)
{
	l->now_ms = hyk_clock_monotonic_ns() / 1000000u;
}

static void
wait_for_events(struct hyk_loop *l)
{
	struct epoll_event events[16];
	MHD_UNSIGNED_LONG_LONG due;
	int timeout = -1, n;

	if (MHD_get_timeout(l->daemon, &due) == MHD_YES)
		timeout = due < SWEEP_MS ? (int)due : (int)SWEEP_MS;
	else if (l->connections != NULL || l->linger.n > 0)
		timeout = (int)SWEEP_MS;
	n = epoll_wait(l->epoll, events, HYK_ARRAY_LEN(events), timeout);
	read_clock(l);
	for (int i = 0; i < n; i++)
		if (events[i].data.u64 >= TAG_LINGER)
			hyk_linger_read(&l->linger, (unsigned)(events[i].data.u64 - TAG_LINGER));
}

static bool
is_stopping(const struct hyk_loop *l)
{
	return atomic_load_explicit(&l->site->stopping, memory_order_acquire);
}

void
hyk_loop_run(struct hyk_loop *l)
{
	uint64_t stop_ms = 0;
	bool stopping = false;

	if (l->options.cpu >= 0) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET((unsigned)l->options.cpu, &set);
		(void)pthread_setaffinity_np(
		    pthread_self(), sizeof(set), &set); /* slower without, not wrong */
	}
	read_clock(l);
	for (;;) {
		wait_for_events(l);
		if (!stopping && is_stopping(l)) {
			stopping = true;
			stop_ms = l->now_ms;
		}
		take_sockets(l);
		resume_done(l);
		(void)MHD_run(l->daemon);
		if (stopping) {
			bool waits = atomic_load_explicit(
					 &l->metrics->waiting, memory_order_relaxed) > 0;

			sweep(l, true, stop_ms);
			if (!waits &&
			    (l->connections == NULL || l->now_ms - stop_ms >= STOP_GRACE_MS + 1000))
				break;
		} else if (l->now_ms - l->swept_ms >= SWEEP_MS) {
			sweep(l, false, 0);
		}
	}
	(void)MHD_run(l->daemon); /* what was resumed last is no longer suspended */
}

/* ---- opening and closing ---- */

static enum hyk_status
watch(struct hyk_loop *l, int fd, enum tag tag, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u64 = tag };

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? HYK_OK : HYK_E_IO;
}

static enum hyk_status
start_daemon(struct hyk_loop *l)
{
	const union MHD_DaemonInfo *info;

	l->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
	    on_request, l, MHD_OPTION_CONNECTION_LIMIT, l->options.max_connections,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 0,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, l, MHD_OPTION_URI_LOG_CALLBACK, on_line, l,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL, MHD_OPTION_END);
	if (l->daemon == NULL)
		return HYK_E_NOMEM;
	info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL || info->epoll_fd < 0)
		return HYK_E_IO;
	return watch(l, info->epoll_fd, TAG_DAEMON, EPOLLIN);
}

enum hyk_status
hyk_loop_open(const struct hyk_site *site, struct hyk_metrics *metrics,
    const struct hyk_loop_options *o, struct hyk_loop **ret_loop, struct hyk_diags *diags)
{
	struct hyk_loop *l = hyk_malloc(sizeof(*l));
	enum hyk_status st = HYK_E_NOMEM;

	if (l == NULL)
		return HYK_E_NOMEM;
	memset(l, 0, sizeof(*l));
	l->site = site;
	l->metrics = metrics;
	l->options = *o;
	atomic_init(&l->n_connections, 0);
	pthread_mutex_init(&l->lock, NULL);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	hyk_linger_init(&l->linger, l->epoll, TAG_LINGER);
	l->room_inbox = o->max_connections;
	l->inbox = hyk_malloc(l->room_inbox * sizeof(l->inbox[0]));
	if (l->inbox == NULL || l->epoll < 0 || l->wake < 0)
		goto out;
	/* Edge-triggered: a written eventfd reports each write, and nobody need read it. */
	st = watch(l, l->wake, TAG_WAKE, EPOLLIN | EPOLLET);
	if (st == HYK_OK)
		st = start_daemon(l);
	if (st != HYK_OK)
		goto out;
	st = hyk_worker_open(site->engine, o->cpu, wake_loop, l, &l->worker, diags);
	if (st != HYK_OK) {
		l->worker = NULL;
		goto out;
	}
	*ret_loop = l;
	l = NULL;
out:
	if (l != NULL && l->worker == NULL && (st == HYK_E_NOMEM || st == HYK_E_IO))
		HYK_DIAG(diags, HYK_D_SERVER_START, NULL, HYK_NO_SPAN,
		    hyk_str_from_c(hyk_status_name(st)));
	hyk_loop_close(l);
	return st;
}

void
hyk_loop_close(struct hyk_loop *l)
{
	if (l == NULL)
		return;
	if (l->daemon != NULL)
		MHD_stop_daemon(l->daemon);
	while (l->n_inbox > 0)
		close(l->inbox[--l->n_inbox]);
	while (l->spare != NULL) {
		struct request *r = l->spare;

		l->spare = r->next;
		hyk_call_fini(&r->call);
		hyk_free(r);
	}
	if (l->worker != NULL)
		hyk_worker_close(l->worker);
	hyk_linger_fini(&l->linger);
	if (l->epoll >= 0)
		close(l->epoll);
	if (l->wake >= 0)
		close(l->wake);
	pthread_mutex_destroy(&l->lock);
	hyk_free(l->inbox);
	hyk_free(l);
}
