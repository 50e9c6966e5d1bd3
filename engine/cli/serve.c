/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/serve.c - hyangyak serve: opens the engine, serves until SIGINT or SIGTERM, and with --dev watches the folders.
 *
 * Signals are blocked everywhere; one thread waits for them and, with --dev, looks at the folders twice a second.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "http/listen.h"
#include "http/server.h"
#ifdef HYK_TEST_CLOCK
#include <sys/stat.h>

#include "runtime/test_clock.h"
#endif

struct watch {
	struct hyk_engine *engine;
	struct hyk_server *server;
	sigset_t signals;
	bool dev;
};

static void
reload(struct hyk_engine *engine)
{
	struct hyk_arena arena;
	struct hyk_diags diags;
	bool changed;
	enum hyk_status st;

	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_engine_reload_if_changed(engine, &changed, &diags);
	if (st != HYK_OK) {
		hyk_cli_print_diags(&diags);
		HYK_LOG(HYK_LOG_WARN, "ruleset.refused", { "kept", HYK_STR("the last good one") },
		    { "status", hyk_str_from_c(hyk_status_name(st)) });
	}
	hyk_arena_fini(&arena);
}

/* SIGINT, SIGTERM: stop. SIGUSR1: the server has ended by itself. */
static void *
wait_for_signals(void *self)
{
	struct watch *w = self;
	struct timespec half = { 0, 500000000 };

	for (;;) {
		int sig = w->dev ? sigtimedwait(&w->signals, NULL, &half) : sigwaitinfo(&w->signals, NULL);

		if (sig == SIGUSR1)
			return NULL;
		if (sig == SIGINT || sig == SIGTERM) {
			HYK_LOG(HYK_LOG_INFO, "server.stopping", { "signal", sig == SIGINT ? HYK_STR("INT") : HYK_STR("TERM") });
			hyk_server_stop(w->server);
			return NULL;
		}
		if (sig < 0 && errno == EAGAIN)
			reload(w->engine);
	}
}

static enum hyk_status
serve(struct hyk_engine *engine, const struct hyk_server_options *o, bool dev, struct hyk_diags *diags)
{
	struct watch w = { .engine = engine, .dev = dev };
	pthread_t thread;
	enum hyk_status st = hyk_server_open(engine, o, &w.server, diags);

	if (st != HYK_OK)
		return st;
	sigemptyset(&w.signals);
	sigaddset(&w.signals, SIGINT);
	sigaddset(&w.signals, SIGTERM);
	sigaddset(&w.signals, SIGUSR1);
	if (pthread_create(&thread, NULL, wait_for_signals, &w) != 0) {
		hyk_server_close(w.server);
		return HYK_E_NOMEM;
	}
	printf("listening on http://%s\n", hyk_server_address(w.server));
	fflush(stdout);
	st = hyk_server_run(w.server);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	hyk_server_close(w.server);
	return st;
}

static bool
count_option(const char *text, const char *name, unsigned most, unsigned *ret_n)
{
	uint64_t u;

	if (text == NULL)
		return true;
	if (!hyk_str_to_u64(hyk_str_from_c(text), &u) || u == 0 || u > most) {
		fprintf(stderr, "hyangyak serve: --%s 1..%u\n", name, most);
		return false;
	}
	*ret_n = (unsigned)u;
	return true;
}

static int
print_limits(const struct hyk_server_options *so)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_server_write_limits(&b, so);
	fwrite(b.p, 1, b.n, stdout);
	hyk_buf_fini(&b);
	return EXIT_YES;
}

int
hyk_command_serve(const struct hyk_args *args)
{
	struct hyk_engine_options eo = { .plugins_dir = "plugins" };
	struct hyk_server_options so = { .listen = "127.0.0.1:8420" };
	const char *operands[1], *workers = NULL, *max_body = NULL, *connections = NULL, *idle = NULL;
	bool limits = false, json_log = false;
	const struct hyk_option options[] = {
		{ "commons", &eo.commons_dir, NULL, "DIR", "folder of the commons: seeds an empty state once" },
		{ "plugins", &eo.plugins_dir, NULL, "DIR", "folder of the plugins (default: plugins)" },
		{ "state", &eo.state_dir, NULL, "DIR", "where decisions are recorded" },
		{ "listen", &so.listen, NULL, "ADDR:PORT", "default 127.0.0.1:8420; port 0 takes a free one" },
		{ "public-url", &so.public_url, NULL, "URL", "how others reach it, for the discovery document" },
		{ "dev", NULL, &eo.dev, NULL, "for authors: load the folders again on every change" },
		{ "workers", &workers, NULL, "N", "worker threads (default: one a core)" },
		{ "max-body", &max_body, NULL, "BYTES", "largest body (default 1048576)" },
		{ "max-connections", &connections, NULL, "N", "most connections (default 2000)" },
		{ "idle-timeout", &idle, NULL, "SECONDS", "close idle connections after (default 60)" },
		{ "jail", &eo.jail_program, NULL, "FILE", "the jail program (default: beside hyangyak)" },
		{ "no-pin", NULL, &eo.no_pin, NULL, "do not pin workers to cores" },
		{ "log-json", NULL, &json_log, NULL, "log as JSON lines" },
		{ "limits", NULL, &limits, NULL, "print all limits and end" },
	};
	struct hyk_engine *engine = NULL;
	char address[HYK_ADDRESS_BYTES];
	struct hyk_arena arena;
	struct hyk_diags diags;
	sigset_t block;
	unsigned body = 0;
	size_t n;
	int code;
	enum hyk_status st;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options),
		"--commons DIR --plugins DIR --state DIR [--listen ADDR:PORT]", operands, 0, &n, &code))
		return code;
	if (!count_option(workers, "workers", 256, &so.workers) || !count_option(max_body, "max-body", 1u << 30, &body) ||
	    !count_option(connections, "max-connections", 1000000, &so.max_connections) ||
	    !count_option(idle, "idle-timeout", 86400, &so.idle_timeout_s))
		return EXIT_USAGE;
	so.max_body_bytes = body;
	so.no_pin = eo.no_pin;
	if (limits)
		return print_limits(&so);
	if (eo.state_dir == NULL || eo.state_dir[0] == '\0') {
		hyk_cli_complain("serve", "give --state DIR: no decision is given without its record",
		    "--state 폴더를 주세요. 기록 없이는 결정하지 않습니다");
		return EXIT_USAGE;
	}
	hyk_log_set_json(json_log);
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &block, NULL); /* inherited by every thread made from here on */
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
#ifdef HYK_TEST_CLOCK
	(void)mkdir(eo.state_dir, 0700); /* the clock's file is there before the store */
	if (hyk_test_clock_open(eo.state_dir, &eo.clock) != HYK_OK)
		return EXIT_ENVIRONMENT;
#endif
	/* Before the state is seeded: an address that is taken leaves nothing behind. */
	st = hyk_listen_open(so.listen, &so.listen_fd, address, &diags);
	if (st == HYK_OK)
		st = hyk_engine_open(&eo, &engine, &diags);
	if (st == HYK_OK)
		st = serve(engine, &so, eo.dev, &diags);
	else if (so.listen_fd > 0)
		close(so.listen_fd);
	code = hyk_cli_exit(st, &diags);
	hyk_engine_close(engine);
	hyk_arena_fini(&arena);
	return code;
}
