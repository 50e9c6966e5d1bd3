/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/bare_mhd.c - the floor we are measured against: libmicrohttpd alone.
 *
 * The body is read and dropped and a fixed JSON comes back. Same mode as the
 * engine's server: a daemon in external epoll mode and a loop for each thread.
 * Prints "listening on http://127.0.0.1:PORT" and serves until SIGTERM ends it.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/defs.h"

/* As long as an ordinary decision. */
static char answer[] =
    "{\"decision\":true,\"context\":{\"id\":\"01JD0000000000000000000000\",\"outcome\":\"permit\",\"ruleset\":1,"
    "\"now\":\"2026-05-02T03:00:00Z\",\"valid_until\":\"2026-05-02T03:15:00Z\",\"reasons\":[{\"code\":\"READ\",\"rule\":"
    "\"certification:records#read\",\"effect\":\"permit\",\"text\":{\"ko\":\"read\",\"en\":\"Everyone who is known may read\"}}],"
    "\"needs\":[],\"duties\":[],\"offers\":[],\"record\":{\"index\":90211,\"leaf\":"
    "\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\"}}}";

static size_t n_dropped;

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
    const char *version, const char *data, size_t *n_data, void **con_cls)
{
	struct MHD_Response *r;
	enum MHD_Result result;

	(void)cls, (void)url, (void)method, (void)version, (void)data;
	if (*con_cls == NULL) {
		*con_cls = &n_dropped;
		return MHD_YES;
	}
	if (*n_data > 0) {
		*n_data = 0;
		return MHD_YES;
	}
	r = MHD_create_response_from_buffer(sizeof(answer) - 1, answer, MHD_RESPMEM_PERSISTENT);
	if (r == NULL)
		return MHD_NO;
	(void)MHD_add_response_header(r, "Content-Type", "application/json");
	result = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return result;
}

struct worker {
	pthread_t thread;
	int listen_fd;
	unsigned cpu;
};

static void *
run(void *self)
{
	const struct worker *w = self;
	struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, NULL,
	    MHD_OPTION_LISTEN_SOCKET, w->listen_fd, MHD_OPTION_CONNECTION_LIMIT, 2000u,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)8 << 10, MHD_OPTION_END);
	struct pollfd p = { .events = POLLIN };
	cpu_set_t set;

	if (d == NULL)
		exit(1);
	CPU_ZERO(&set);
	CPU_SET(w->cpu, &set);
	(void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	p.fd = MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	for (;;) {
		MHD_UNSIGNED_LONG_LONG due;
		int timeout = MHD_get_timeout(d, &due) == MHD_YES ? (int)(due < 1000 ? due : 1000)
								  : -1;

		(void)poll(&p, 1, timeout);
		(void)MHD_run(d);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct worker workers[64];
	unsigned n = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2, cpu = 0;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t a_n = sizeof(a);
	cpu_set_t set;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (n == 0 || n > HYK_ARRAY_LEN(workers) || fd < 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 1024) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &a_n) != 0 ||
	    sched_getaffinity(0, sizeof(set), &set) != 0) {
		fprintf(stderr, "bare_mhd: cannot listen\n");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	printf("listening on http://127.0.0.1:%u\n", (unsigned)ntohs(a.sin_port));
	fflush(stdout);
	for (unsigned i = 0; i < n; i++) {
		while (!CPU_ISSET(cpu % CPU_SETSIZE, &set))
			cpu++;
		workers[i].listen_fd = fd;
		workers[i].cpu = cpu++ % CPU_SETSIZE;
		if (pthread_create(&workers[i].thread, NULL, run, &workers[i]) != 0)
			return 1;
	}
	for (;;)
		pause();
}
