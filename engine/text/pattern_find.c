/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_find.c - where the leftmost match is, and its groups: the automaton with threads in order of
 * preference, each with the places it has saved (Pike's). Linear as well, times the number of groups.
 */
#include "text/pattern_impl.h"

#include "base/alloc.h"

#define SAVED UINT32_MAX          /* on the stack: what comes next is a place to put back */
#define MAX_BYTES ((size_t)64 << 20)

/* Threads in order; places[i * n_places ...] are those of the thread at dense[i]. */
struct threads {
	struct hyk_pattern_set *set;
	size_t *places;
};

struct finder {
	const struct hyk_pattern_prog *prog;
	struct hyk_str subject;
	uint32_t *stack;
	size_t *current, *undo, *best; /* places */
	size_t n_places;
	uint64_t *steps;
	bool stopped, found;
};

/* Follows pc at `at`; threads are added in order of preference with f->current as it is on their way. */
static void
add(struct finder *f, struct threads *t, uint32_t pc, size_t at, uint8_t holds)
{
	uint32_t n = 0;
	size_t n_undo = 0;

	f->stack[n++] = pc;
	while (n > 0) {
		const struct hyk_pattern_inst *in;

		pc = f->stack[--n];
		if (pc == SAVED) {
			uint32_t place = f->stack[--n];

			f->current[place] = f->undo[--n_undo];
			continue;
		}
		if (!hyk_pattern_set_add(t->set, pc))
			continue;
		if (*f->steps == 0) {
			f->stopped = true;
			return;
		}
		--*f->steps;
		in = &f->prog->insts[pc];
		switch ((enum hyk_pattern_op)in->op) {
		case HYK_PATTERN_OP_SPLIT:
			f->stack[n++] = in->arg;
			f->stack[n++] = in->out;
			break;
		case HYK_PATTERN_OP_SAVE:
			if (in->arg < f->n_places) {
				f->undo[n_undo++] = f->current[in->arg];
				f->current[in->arg] = at;
				f->stack[n++] = in->arg;
				f->stack[n++] = SAVED;
			}
			f->stack[n++] = in->out;
			break;
		case HYK_PATTERN_OP_ASSERT:
			if (holds & in->lo)
				f->stack[n++] = in->out;
			break;
		case HYK_PATTERN_OP_BYTE:
		case HYK_PATTERN_OP_MATCH:
			memcpy(t->places + (t->set->n - 1) * f->n_places, f->current, f->n_places * sizeof(size_t));
			break;
		case HYK_PATTERN_OP_FAIL:
			break;
		}
	}
}

/* The threads of `now` over `byte` (-1: the end) into next, up to a match; those after it are less preferred. */
static void
step(struct finder *f, const struct threads *now, struct threads *next, size_t at, int byte, uint8_t holds)
{
	for (uint32_t i = 0; i < now->set->n && !f->stopped; i++) {
		const struct hyk_pattern_inst *in = &f->prog->insts[now->set->dense[i]];
		const size_t *places = now->places + i * f->n_places;

		if (in->op == HYK_PATTERN_OP_MATCH) {
			memcpy(f->best, places, f->n_places * sizeof(size_t));
			f->best[1] = at;
			f->found = true;
			return;
		}
		if (in->op == HYK_PATTERN_OP_BYTE && byte >= in->lo && byte <= in->hi) {
			memcpy(f->current, places, f->n_places * sizeof(size_t));
			add(f, next, in->out, at + 1, holds);
		}
	}
}

static void
run(struct finder *f, struct threads now, struct threads next, size_t from)
{
	const struct hyk_str t = f->subject;

	now.set->n = 0;
	for (size_t at = from; !f->stopped; at++) {
		int before = at > 0 ? (unsigned char)t.p[at - 1] : -1, byte = at < t.n ? (unsigned char)t.p[at] : -1;
		int after = at + 1 < t.n ? (unsigned char)t.p[at + 1] : -1;
		struct threads swap = now;

		if (*f->steps == 0) {
			f->stopped = true;
			return;
		}
		--*f->steps;
		/* A match may begin here, when none has been found and this is where a character begins. */
		if (!f->found && (f->prog->anchored ? at == 0 : byte < 0 || at == from || (byte & 0xc0) != 0x80)) {
			for (size_t i = 0; i < f->n_places; i++)
				f->current[i] = HYK_PATTERN_NONE;
			f->current[0] = at;
			add(f, &now, f->prog->start, at, hyk_pattern_asserts_at(before, byte));
		}
		if (now.set->n == 0 && (f->found || f->prog->anchored))
			return;
		next.set->n = 0;
		step(f, &now, &next, at, byte, byte < 0 ? 0 : hyk_pattern_asserts_at(byte, after));
		if (byte < 0)
			return;
		now = next;
		next = swap;
	}
}

enum hyk_status
hyk_pattern_scratch_reserve(struct hyk_pattern_scratch *s, size_t n_insts, size_t n_groups)
{
	size_t n_places, words, bytes;
	void *grown;

	if (n_insts > HYK_PATTERN_MAX_INSTS || n_groups >= MAX_BYTES / 16)
		return HYK_E_NOMEM;
	/* Both lists, what is current, what is best, and what to put back. */
	n_places = 2 * (n_groups + 1);
	words = 2 * n_insts * n_places + 2 * n_places + n_insts;
	if (words > MAX_BYTES / sizeof(size_t))
		return HYK_E_NOMEM;
	bytes = words * sizeof(size_t);
	if (bytes <= s->slots_bytes)
		return HYK_OK;
	grown = hyk_realloc(s->slots, bytes);
	if (!grown)
		return HYK_E_NOMEM;
	s->slots = grown;
	s->slots_bytes = bytes;
	return HYK_OK;
}

enum hyk_status
hyk_pattern_find(const struct hyk_pattern *p, struct hyk_str subject, size_t from, struct hyk_pattern_scratch *s,
    uint64_t *steps, struct hyk_pattern_match *groups, size_t n, bool *ret_found)
{
	uint64_t unlimited = UINT64_MAX;
	size_t n_groups = n < p->n_groups + 1 ? (n > 0 ? n : 1) : p->n_groups + 1, n_places = 2 * n_groups;
	struct finder f = {
		.prog = &p->prog,
		.subject = subject,
		.stack = s->stack,
		.n_places = n_places,
		.steps = steps ? steps : &unlimited,
	};
	enum hyk_status st;
	size_t *places;

	for (size_t i = 0; i < n; i++)
		groups[i] = (struct hyk_pattern_match){ HYK_PATTERN_NONE, HYK_PATTERN_NONE };
	if (from > subject.n) {
		*ret_found = false;
		return HYK_OK;
	}
	st = hyk_pattern_scratch_reserve(s, p->prog.n, n_groups - 1);
	if (st != HYK_OK)
		return st;
	hyk_pattern_scratch_ready(s, p->prog.n);
	places = s->slots;
	f.current = places + 2 * p->prog.n * n_places;
	f.best = f.current + n_places;
	f.undo = f.best + n_places;
	run(&f, (struct threads){ &s->now, places }, (struct threads){ &s->next, places + p->prog.n * n_places }, from);
	if (f.stopped)
		return HYK_E_LIMIT;
	*ret_found = f.found;
	for (size_t i = 0; f.found && i < n_groups && i < n; i++) {
		if (f.best[2 * i] != HYK_PATTERN_NONE && f.best[2 * i + 1] != HYK_PATTERN_NONE)
			groups[i] = (struct hyk_pattern_match){ f.best[2 * i], f.best[2 * i + 1] };
	}
	return HYK_OK;
}
