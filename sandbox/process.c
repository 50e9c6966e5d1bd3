/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/jail/lockdown.h"

#define LOOK_NS                                                                                    \
	((uint64_t)5000000) /* longer than a tick: a timer that is the next one costs microseconds \
	                       to set */
#define LEAST_NS ((uint64_t)1000000)
#define PATIENCE 8 /* deadlines of wall time for one of the jail's own */

/* Descriptors 0 to 2 stay for the loader's complaints; the jail closes them first of all. */
static int
spawn(const char *program, int fd, pid_t *ret_pid)
{
	char name[] = "hyangyak-jail", which[] = "3";
	char *argv[] = { name, which, NULL }, *envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	if ((err = posix_spawn_file_actions_init(&actions)) != 0)
		return err;
	if ((err = posix_spawnattr_init(&attr)) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return err;
	}
	if ((err = posix_spawn_file_actions_adddup2(&actions, fd, HYK_CHANNEL_FD)) == 0 &&
	    (err = posix_spawn_file_actions_addclosefrom_np(&actions, HYK_CHANNEL_FD + 1)) == 0 &&
	    (err = posix_spawnattr_setsigmask(&attr, &none)) == 0 &&
	    (err = posix_spawnattr_setsigdefault(&attr, &all)) == 0 &&
	    (err = posix_spawnattr_setflags(
		 &attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) == 0)
		err = posix_spawn(ret_pid, program, &actions, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

enum hyk_status
hyk_process_start(
    const struct hyk_process_options *o, struct hyk_process *p, char *why, size_t why_n)
{
	struct hyk_process made = { 0 };
	enum hyk_status st = HYK_E_FAULT;
	int fd, err;

	fd = memfd_create("hyangyak-jail", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	/* Sealed: a mapping that could shrink would let the jail end the engine by SIGBUS. */
	if (fd < 0 || ftruncate(fd, (off_t)HYK_CHANNEL_BYTES) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		snprintf(why, why_n, "shared memory cannot be had: %s", strerror(errno));
		goto out;
	}
	made.channel = mmap(NULL, HYK_CHANNEL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (made.channel == MAP_FAILED) {
		made.channel = NULL;
		st = HYK_E_NOMEM;
		snprintf(why, why_n, "shared memory cannot be mapped: %s", strerror(errno));
		goto out;
	}
	made.channel->magic = HYK_CHANNEL_MAGIC;
	made.channel->cpu = o->cpu;
	made.channel->parent = (int32_t)getpid();
	made.channel->allow_counter = o->allow_counter;
	made.channel->behind = o->behind;
	made.channel->limits = o->limits;
	err = spawn(o->program, fd, &made.pid);
	if (err) {
		made.pid = 0;
		snprintf(why, why_n, "the program '%s' cannot be started: %s", o->program,
		    strerror(err));
		goto out;
	}
	*p = made;
	made.channel = NULL;
	st = HYK_OK;
out:
	if (made.channel)
		munmap(made.channel, HYK_CHANNEL_BYTES);
	if (fd >= 0)
		close(fd);
	return st;
}

void
hyk_process_kill(const struct hyk_process *p)
{
	if (p->pid > 0)
		kill(p->pid, SIGKILL);
}

void
hyk_process_end(struct hyk_process *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (p->channel)
		munmap(p->channel, HYK_CHANNEL_BYTES);
	*p = (struct hyk_process){ 0 };
}

/* Processor time the jail has used, or UINT64_MAX when nobody can say (then all time is its own).
 */
static uint64_t
own_time_ns(const struct hyk_process *p)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(p->pid, &clock) || clock_gettime(clock, &t))
		return UINT64_MAX;
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t
hyk_process_spent_ns(const struct hyk_process *p)
{
	uint64_t own = own_time_ns(p);

	return own == UINT64_MAX || p->own_ns == UINT64_MAX ? UINT64_MAX : own - p->own_ns;
}

void
hyk_process_hand_off(struct hyk_process *p, size_t n)
{
	p->channel->in_n = (uint32_t)n;
	p->turns++;
	/*
	 * Asking costs as much as a short call, so it is asked now and then: time of calls before
	 * this one may count for it, which is never stricter than counting everybody's.
	 */
	if (p->turns % 64 <= 2)
		p->own_ns = own_time_ns(p);
	p->handed_ns = hyk_clock_monotonic_ns();
	atomic_store_explicit(&p->channel->done, 0, memory_order_relaxed);
	atomic_store_explicit(&p->channel->to_jail, p->turns, memory_order_release);
	hyk_channel_wake(&p->channel->to_jail);
}

enum hyk_ending
hyk_process_ending(const struct hyk_process *p)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return HYK_ENDING_OWN;
	if (info.si_pid == 0)
		return HYK_ENDING_NOT;
	if (info.si_code == CLD_EXITED)
		return HYK_ENDING_OWN;
	switch (info.si_status) {
	case SIGKILL: /* the out-of-memory killer too: what a jail may use was mapped at its start
	               */
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
	case SIGQUIT:
		return HYK_ENDING_OUTSIDE;
	default:
		return HYK_ENDING_OWN;
	}
}

/*
 * Sleeps are short at first: nobody wakes us when the jail is killed. They are
 * longer than a call takes, which costs one sleep.
 */
enum hyk_turn
hyk_process_wait(struct hyk_process *p, uint32_t n, uint32_t deadline_ms)
{
	uint64_t deadline = (uint64_t)deadline_ms * 1000000u, since = p->handed_ns,
		 own_since = p->own_ns;
	uint64_t sleep = LOOK_NS < deadline ? LOOK_NS : deadline;
	uint32_t done_before = 0, before = p->turns - 1;

	for (;;) {
		uint32_t turn = atomic_load_explicit(&p->channel->to_engine, memory_order_acquire),
			 done;
		uint64_t own, spent;

		if (turn == p->turns)
			return HYK_TURN_OURS;
		if (turn == HYK_CHANNEL_FAILED)
			return HYK_TURN_FAILED;
		if (turn != before)
			return HYK_TURN_ENDED;
		hyk_channel_wait(&p->channel->to_engine, before, sleep);
		turn = atomic_load_explicit(&p->channel->to_engine, memory_order_acquire);
		if (turn != before)
			continue;
		if (hyk_process_ending(p) != HYK_ENDING_NOT) {
			/* It may have answered with its last breath. */
			turn = atomic_load_explicit(&p->channel->to_engine, memory_order_acquire);
			if (turn != before)
				continue;
			return HYK_TURN_ENDED;
		}
		spent = hyk_clock_monotonic_ns() - since;
		if (spent < deadline) {
			sleep = deadline - spent;
			if (sleep > spent + LOOK_NS)
				sleep = spent + LOOK_NS;
			continue;
		}
		own = own_time_ns(p);
		done = atomic_load_explicit(&p->channel->done, memory_order_acquire);
		if (done > done_before && done <= n) {
			/* The next call's time begins now: one may get up to twice its time, never
			 * more. */
			done_before = done;
			since += spent;
			own_since = own;
			sleep = deadline;
		} else if (spent >= deadline * PATIENCE || own == UINT64_MAX ||
		    own_since == UINT64_MAX || own - own_since >= deadline) {
			return HYK_TURN_LATE;
		} else {
			sleep = deadline - (own - own_since);
			if (sleep < LEAST_NS)
				sleep = LEAST_NS;
		}
	}
}

void
hyk_process_explain(const struct hyk_process *p, char *why, size_t why_n)
{
	uint32_t step = p->channel->step;
	int32_t error = p->channel->error;
	char text[sizeof(p->channel->why)];

	memcpy(text, p->channel->why, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
			*c = '?';
	snprintf(why, why_n, "the jail could not be locked down: %s failed: %s",
	    hyk_lock_step_name(
		step < HYK_LOCK_N_STEPS ? (enum hyk_lock_step)step : HYK_LOCK_N_STEPS),
	    text[0] ? text : strerror(error));
}
