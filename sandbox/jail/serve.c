/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/jail/serve.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sandbox/box.h"
#include "sandbox/channel.h"
#include "sandbox/lib.h"

/*
 * Where the arena lies in every jail: the same addresses give the same order
 * of everything that hashes an address. Far from where the system puts things.
 */
#define ARENA_AT ((uintptr_t)0x200000000000)
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define BEHIND_OTHERS 10 /* nice */

static struct hyk_box box;

HYK_NORETURN static void
stop(struct hyk_channel *c, enum hyk_lock_step step, int error, const char *why)
{
	c->step = (uint32_t)step;
	c->error = error;
	if (why)
		snprintf(c->why, sizeof(c->why), "%s", why);
	atomic_store(&c->to_engine, HYK_CHANNEL_FAILED);
	hyk_channel_wake(&c->to_engine);
	_exit(1);
}

static void
load(struct hyk_channel *c, struct hyk_wire_in *in, struct hyk_wire_out *out)
{
	uint32_t n = hyk_wire_get_u32(in);

	for (uint32_t i = 0; i < n && i < HYK_BOX_PLUGINS && !in->bad; i++) {
		bool is_body = hyk_wire_get_u8(in) != 0;
		struct hyk_str text = hyk_wire_get_str(in);

		hyk_box_give_params(&box, i, hyk_wire_get_str(in));
		hyk_box_load(&box, i, text, is_body, out);
		atomic_store_explicit(&c->done, i + 1, memory_order_release);
	}
}

static void
run(struct hyk_channel *c, struct hyk_wire_in *in, struct hyk_wire_out *out)
{
	uint32_t n = hyk_wire_get_u32(in);

	for (uint32_t i = 0; i < n && i < HYK_CHANNEL_CALLS && !in->bad; i++) {
		uint32_t plugin = hyk_wire_get_u32(in);
		uint8_t hook = hyk_wire_get_u8(in);
		struct hyk_str request = hyk_wire_get_str(in);
		struct hyk_wire_in value = { (const uint8_t *)request.p, request.n, 0, false };

		if (hook >= HYK_N_HOOKS)
			hook = 0;
		hyk_box_call(&box, plugin, (enum hyk_hook)hook, &value, out);
		atomic_store_explicit(&c->done, i + 1, memory_order_release);
	}
}

HYK_NORETURN static void
answer_for_ever(struct hyk_channel *c)
{
	uint32_t turn = 0;

	for (;;) {
		struct hyk_wire_in in = { hyk_channel_in(c), 0, 0, false };
		struct hyk_wire_out out = { hyk_channel_out(c), 0, HYK_CHANNEL_OUT_BYTES, false };

		while (atomic_load_explicit(&c->to_jail, memory_order_acquire) == turn)
			hyk_channel_wait(&c->to_jail, turn, 0);
		turn++;
		in.n = c->in_n <= HYK_CHANNEL_IN_BYTES ? c->in_n : 0;
		atomic_store_explicit(&c->done, 0, memory_order_relaxed);
		switch (hyk_wire_get_u8(&in)) {
		case HYK_OP_LOAD:
			load(c, &in, &out);
			break;
		case HYK_OP_RUN:
			run(c, &in, &out);
			break;
		default:
			break;
		}
		c->out_n = out.full ? 0 : (uint32_t)out.n;
		atomic_store_explicit(&c->to_engine, turn, memory_order_release);
		hyk_channel_wake(&c->to_engine);
	}
}

static void *
map(uintptr_t at, size_t n, int flags)
{
	void *p = mmap((void *)at, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int
hyk_serve(int argc, char **argv, const struct hyk_serve_tests *tests)
{
	bool (*fails)(enum hyk_lock_step) = tests ? tests->fails : NULL;
	struct hyk_channel *c;
	void *arena, *vault, *scratch, *heap;
	enum hyk_lock_step step;
	const char *why;
	int error = 0;

	(void)argv;
	c = argc == 2
	    ? mmap(NULL, HYK_CHANNEL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, HYK_CHANNEL_FD, 0)
	    : MAP_FAILED;
	if (c == MAP_FAILED || c->magic != HYK_CHANNEL_MAGIC) {
		static const char text[] =
		    "hyangyak-jail: the engine starts this program; it is of no use alone\n";

		(void)!write(2, text, sizeof(text) - 1);
		return 2;
	}
	/* A place for the C library, should it ever ask for memory: nothing can be had from the
	 * system later. */
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	mallopt(M_MMAP_MAX, 0);
	heap = malloc(1u << 20);
	free(heap);
	arena = map(ARENA_AT, HYK_BOX_ARENA_BYTES, MAP_FIXED_NOREPLACE);
	vault = map(0, HYK_BOX_VAULT_BYTES, 0);
	scratch = map(0, HYK_BOX_SCRATCH_BYTES, 0);
	if (arena != (void *)ARENA_AT || !vault || !scratch || !hyk_lib_re_prepare() ||
	    (fails && fails(HYK_LOCK_MEMORY)))
		stop(c, HYK_LOCK_MEMORY, errno, NULL);
	if (c->cpu >= 0 && c->cpu < CPU_SETSIZE) {
		cpu_set_t set;

		/* For speed only: elsewhere it works as well. */
		CPU_ZERO(&set);
		CPU_SET(c->cpu, &set);
		(void)sched_setaffinity(0, sizeof(set), &set);
	}
	if (c->behind)
		(void)setpriority(PRIO_PROCESS, 0, BEHIND_OTHERS);
	hyk_box_init(&box, arena, vault, scratch, &c->limits);
	step = hyk_lockdown(c->parent, c->allow_counter, fails, &error);
	if (step != HYK_LOCK_READY)
		stop(c, step, error, NULL);
	why = hyk_box_self_test(&box);
	if (!why && fails && fails(HYK_LOCK_LUA))
		why = "a test says so";
	if (why)
		stop(c, HYK_LOCK_LUA, 0, why);
	if (tests && tests->locked)
		tests->locked();
	answer_for_ever(c);
}
