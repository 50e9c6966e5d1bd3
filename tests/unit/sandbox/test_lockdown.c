/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second wall from inside. This program is its own jail: started with the
 * jail's argument it serves like one, with a step that is made to fail or with
 * an attack that runs once everything is locked down. What to do stands in the
 * environment, which the shipped program does not read (and does not get).
 */
#include "corpus.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/channel.h"
#include "sandbox/jail/serve.h"
#include "sandbox/wire.h"

/* The jail is never built with sanitizers: their shadow does not fit into its memory, nor their
 * system calls. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static const char *
order(const char *what)
{
	const char *v = getenv("HYK_JAIL_TEST");
	size_t n = strlen(what);

	return v && strncmp(v, what, n) == 0 ? v + n : NULL;
}

static bool
fails(enum hyk_lock_step s)
{
	const char *which = order("fail ");

	if (!which || strtol(which, NULL, 10) != (long)s)
		return false;
	errno = EPERM;
	return true;
}

/* The channel as a jail that was taken over sees it. */
static struct hyk_channel *shared;

static void
reply(uint32_t turn, const void *bytes, size_t n, uint32_t out_n)
{
	memcpy(hyk_channel_out(shared), bytes, n);
	shared->out_n = out_n;
	atomic_store(&shared->to_engine, turn);
	hyk_channel_wake(&shared->to_engine);
}

/* Loads its one body honestly, then lies in the way that is asked for. */
static void
lie(long how)
{
	static const uint8_t loaded[] = { 0, HYK_WIRE_NULL };
	/* u8 outcome, u32 units, u32 peak, u32 log length; then a value. */
	static const uint8_t head[13] = { HYK_JAIL_OK };
	uint8_t out[64];

	for (uint32_t turn = 1;; turn++) {
		while (atomic_load(&shared->to_jail) == turn - 1)
			hyk_channel_wait(&shared->to_jail, turn - 1, 0);
		if (turn == 1 && how == 9) {
			memset(out, 0xff, sizeof(out));
			reply(turn, out, sizeof(out), sizeof(out));
			continue;
		}
		if (turn == 1) {
			reply(turn, loaded, sizeof(loaded), sizeof(loaded));
			continue;
		}
		memset(out, 0xff, sizeof(out));
		switch (how) {
		case 0:
			reply(turn, out, sizeof(out), UINT32_MAX); /* more than there is */
			break;
		case 1:
			reply(turn, out, 0, 0);
			break;
		case 2:
			reply(turn, out, sizeof(out), sizeof(out));
			break;
		case 3: /* a text of four thousand million bytes */
			memcpy(out, head, sizeof(head));
			out[13] = HYK_WIRE_STRING;
			reply(turn, out, sizeof(out), sizeof(out));
			break;
		case 4: /* counts one turn too many */
			reply(turn + 1, head, sizeof(head), sizeof(head));
			break;
		case 5: /* says that all is done and never gives the turn back */
			atomic_store(&shared->done, 1000000);
			hyk_channel_wait(&shared->to_jail, turn, 0);
			break;
		case 6: /* a deadline is not for the jail to tell */
			memcpy(out, head, sizeof(head));
			out[0] = HYK_JAIL_DEADLINE;
			reply(turn, out, sizeof(out), sizeof(out));
			break;
		case 7: /* a text instead of an answer */
			memcpy(out, head, sizeof(head));
			memcpy(out + 13, "\5\6\0\0\0permit", 11);
			reply(turn, out, 24, 24);
			break;
		default:
			_exit(0);
		}
	}
}

/* Attacks; each should end the process by a signal. One that comes back says so in its exit code.
 */
static void
attack(void)
{
	const char *a;
	struct timespec t;

	if ((a = order("lie ")) != NULL) {
		lie(strtol(a, NULL, 10));
	} else if ((a = order("syscall ")) != NULL) {
		/* No pointer is good and no descriptor open: if it runs, it fails and returns. */
		_exit(syscall(strtol(a, NULL, 10), -1L, 99L, -1L, -1L, -1L, -1L) == -1 ? 90 : 89);
	} else if (order("open")) {
		open("/etc/passwd", O_RDONLY);
		_exit(91);
	} else if (order("connect")) {
		socket(AF_INET, SOCK_STREAM, 0);
		_exit(92);
	} else if (order("fork")) {
		if (fork() == 0)
			_exit(0);
		_exit(93);
	} else if (order("kill")) {
		kill(getppid(), 0);
		_exit(94);
	} else if (order("clock")) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		_exit(95);
	} else if (order("rdtsc")) {
#if defined(__x86_64__)
		(void)__builtin_ia32_rdtsc();
#endif
		_exit(96);
	} else if (order("write")) {
		(void)!write(1, "PWNED\n", 6);
		_exit(97);
	} else if (order("futex 9")) {
		/* Of futex only two operations are left. */
		syscall(SYS_futex, &t, 9, 1, NULL, NULL, 0);
		_exit(98);
	} else if (order("exec")) {
		execl("/bin/sh", "sh", (char *)NULL);
		_exit(99);
	}
}

static char folder[] = "/tmp/hyk-lockdown-XXXXXX";
static char script_path[64], self_path[4096];

/* A program that starts this one as a jail with these orders. */
static const char *
program_with(const char *orders)
{
	FILE *f = fopen(script_path, "w");

	if (!f)
		return NULL;
	fprintf(f, "#!/bin/sh\nHYK_JAIL_TEST='%s' exec '%s' \"$@\"\n", orders, self_path);
	fclose(f);
	chmod(script_path, 0700);
	return script_path;
}

TEST(each_step_that_fails_stops_the_jail)
{
	for (int s = HYK_LOCK_MEMORY; s < HYK_LOCK_READY; s++) {
		struct hyk_jail_source body = { HYK_STR("b"), HYK_STR("return permit()"), true };
		struct hyk_jail_options o = { .cpu = -1 };
		struct hyk_jail *j = NULL;
		struct hyk_diags d;
		struct hyk_arena a;
		struct hyk_value m;
		char orders[32], want[160];

		snprintf(orders, sizeof(orders), "fail %d", s);
		o.program = program_with(orders);
		hyk_arena_init(&a, 0);
		hyk_diags_init(&d, &a);
		CHECK_INT(hyk_jail_open(&o, &body, 1, &a, &j, &m, &d), HYK_E_FAULT);
		CHECK(j == NULL);
		snprintf(want, sizeof(want),
		    "no plugin is served: the jail could not be locked down: %s failed: %s",
		    hyk_lock_step_name((enum hyk_lock_step)s),
		    s == HYK_LOCK_LUA ? "a test says so" : strerror(EPERM));
		if (CHECK(d.first != NULL))
			CHECK_STR(d.first->text[HYK_LANG_EN], want);
		hyk_arena_fini(&a);
	}
}

TEST(without_orders_it_is_a_jail_like_any)
{
	struct hyk_jail_source body = { HYK_STR("b"), HYK_STR("return permit()"), true };
	struct hyk_jail_options o = { .program = program_with("none"), .cpu = 0 };
	struct hyk_jail_call c = { .hook = HYK_HOOK_PERMIT };
	struct hyk_jail *j = NULL;
	struct hyk_arena a;
	struct hyk_value m;

	hyk_arena_init(&a, 0);
	CHECK_INT(hyk_jail_open(&o, &body, 1, &a, &j, &m, NULL), HYK_OK);
	if (j) {
		hyk_jail_run(j, &c, 1, &a);
		CHECK_INT(c.outcome, HYK_JAIL_OK);
	}
	hyk_jail_close(j);
	hyk_arena_fini(&a);
}

TEST(a_manifest_that_cannot_be_read_means_no_plugins)
{
	struct hyk_jail_source body = { HYK_STR("b"), HYK_STR("return permit()"), true };
	struct hyk_jail_options o = { .program = program_with("lie 9"), .cpu = -1 };
	struct hyk_jail *j = NULL;
	struct hyk_diags d;
	struct hyk_arena a;
	struct hyk_value m;

	hyk_arena_init(&a, 0);
	hyk_diags_init(&d, &a);
	CHECK_INT(hyk_jail_open(&o, &body, 1, &a, &j, &m, &d), HYK_E_FAULT);
	CHECK(d.first && d.first->id == HYK_D_JAIL_ANSWER);
	hyk_arena_fini(&a);
}

TEST(a_jail_that_was_taken_over_gets_no_permit_through)
{
	for (int how = 0; how <= 8; how++) {
		struct hyk_jail_source body = { HYK_STR("b"), HYK_STR("return permit()"), true };
		struct hyk_jail_options o = { .cpu = -1,
			.limits = { .deadline_ms = 3, .strikes = 1000 } };
		struct hyk_jail *j = NULL;
		struct hyk_arena a;
		struct hyk_value m;
		char orders[32];

		snprintf(orders, sizeof(orders), "lie %d", how);
		o.program = program_with(orders);
		hyk_arena_init(&a, 0);
		if (CHECK_INT(hyk_jail_open(&o, &body, 1, &a, &j, &m, NULL), HYK_OK)) {
			for (int i = 0; i < 3; i++) {
				struct hyk_jail_call c[2] = { { .hook = HYK_HOOK_PERMIT },
					{ .hook = HYK_HOOK_PERMIT } };

				hyk_jail_run(j, c, 2, &a);
				for (int k = 0; k < 2; k++)
					if (!CHECK(c[k].outcome == HYK_JAIL_DEADLINE ||
						c[k].outcome == HYK_JAIL_BAD_RESULT))
						fprintf(stderr, "    lie %d: %s\n", how,
						    hyk_jail_outcome_name(c[k].outcome));
			}
			CHECK(hyk_jail_stats(j).replaced > 0);
			hyk_jail_close(j);
		}
		hyk_arena_fini(&a);
	}
}

/* Starts this program as a jail with a channel of its own; the signal that ended it, or minus its
 * exit code. */
static int
end_of(const char *orders)
{
	int fd = memfd_create("test", 0), status = 0;
	struct hyk_channel *c;
	pid_t pid;

	if (fd < 0 || ftruncate(fd, (off_t)HYK_CHANNEL_BYTES))
		return -1000;
	c = mmap(NULL, HYK_CHANNEL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c == MAP_FAILED)
		return -1001;
	c->magic = HYK_CHANNEL_MAGIC;
	c->cpu = -1;
	c->parent = (int32_t)getpid();
	pid = fork();
	if (pid == 0) {
		char name[] = "jail", which[] = "3";
		char *argv[] = { name, which, NULL };

		if (fd != HYK_CHANNEL_FD)
			dup2(fd, HYK_CHANNEL_FD);
		setenv("HYK_JAIL_TEST", orders, 1);
		execv(self_path, argv);
		_exit(80);
	}
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	munmap(c, HYK_CHANNEL_BYTES);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

/*
 * uretprobe and uprobe of x86-64: kernels since 6.11 do not show them to
 * filters at all, and refuse them to whoever is not the kernel's own trampoline.
 */
static bool
is_refused_before_filters(int n, int end)
{
#if defined(__x86_64__)
	return (n == 335 && end == SIGILL) || (n == 336 && end == -90);
#else
	(void)n;
	(void)end;
	return false;
#endif
}

TEST(every_system_call_but_four_ends_the_process)
{
	int passed = 0;

	for (int n = 0; n <= 500; n++) {
		char orders[32];
		int end;

		/* These four are there; futex with a wrong operation is tried below. */
		if (n == SYS_futex || n == SYS_exit || n == SYS_exit_group || n == SYS_rt_sigreturn)
			continue;
		snprintf(orders, sizeof(orders), "syscall %d", n);
		end = end_of(orders);
		if (end != SIGSYS && !is_refused_before_filters(n, end)) {
			CHECK_INT(end, SIGSYS);
			fprintf(stderr, "    system call %d\n", n);
		} else {
			passed++;
		}
	}
	CHECK_INT(passed, 501 - 4);
	/* exit is one of the four: it ends the process by itself. */
	CHECK_INT(end_of("syscall 231"), -255);
	CHECK_INT(end_of("futex 9"), SIGSYS);
	/* The 32-bit table is not there either. */
	CHECK_INT(end_of("syscall 1073741825"), SIGSYS);
}

TEST(nothing_outside_can_be_reached)
{
	CHECK_INT(end_of("open"), SIGSYS);
	CHECK_INT(end_of("connect"), SIGSYS);
	CHECK_INT(end_of("fork"), SIGSYS);
	CHECK_INT(end_of("kill"), SIGSYS);
	CHECK_INT(end_of("write"), SIGSYS);
	CHECK_INT(end_of("exec"), SIGSYS);
#if defined(__x86_64__)
	CHECK_INT(end_of("rdtsc"), SIGSEGV);
	/* Without system call the clock needs the counter. */
	CHECK_INT(end_of("clock"), SIGSEGV);
#endif
}

static const struct hyk_serve_tests tests = { fails, attack };

int
main(int argc, char **argv)
{
	ssize_t n;

	if (argc == 2 && strcmp(argv[1], "3") == 0 && getenv("HYK_JAIL_TEST")) {
		shared = mmap(
		    NULL, HYK_CHANNEL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, HYK_CHANNEL_FD, 0);
		return hyk_serve(argc, argv, &tests);
	}
	n = readlink("/proc/self/exe", self_path, sizeof(self_path) - 1);
	if (n < 0 || !mkdtemp(folder))
		return EXIT_FAILURE;
	self_path[n] = '\0';
	snprintf(script_path, sizeof(script_path), "%s/jail", folder);
	if (SANITIZED) {
		check_skip("the jail is not built with sanitizers");
	} else {
		RUN(each_step_that_fails_stops_the_jail);
		RUN(without_orders_it_is_a_jail_like_any);
		RUN(a_manifest_that_cannot_be_read_means_no_plugins);
		RUN(a_jail_that_was_taken_over_gets_no_permit_through);
		RUN(every_system_call_but_four_ends_the_process);
		RUN(nothing_outside_can_be_reached);
	}
	unlink(script_path);
	rmdir(folder);
	return check_done();
}
