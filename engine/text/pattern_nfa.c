/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_nfa.c - the automaton: all ways through the program at once, a byte at a time.
 *
 * A state is the set of instructions reached after a byte, before any assertion is looked at, with what the byte
 * before tells assertions. Whether one holds depends on the next byte as well, so a move from a state takes the
 * next byte (or the end), follows everything that holds there, says whether a match has been reached, and only then
 * takes the byte. Moves are remembered by state and class of byte in the scratch; counted searches remember none,
 * so that their count is the same every time.
 */
#include "text/pattern_impl.h"

#include "base/alloc.h"

/* In the table of moves; from MOVE_STATES on, where the row of the next state begins. */
enum { MOVE_UNKNOWN, MOVE_MATCH, MOVE_DEAD, MOVE_STATES };

/* What a state keeps of the byte before it. */
enum { BEFORE_TEXT = 1, BEFORE_NEWLINE = 2, BEFORE_WORD = 4 };

#define NO_LIMIT UINT64_MAX

void
hyk_pattern_scratch_ready(struct hyk_pattern_scratch *s, uint32_t n)
{
	if (n <= s->n_ready)
		return;
	memset(s->now.sparse + s->n_ready, 0, (n - s->n_ready) * sizeof(uint32_t));
	memset(s->next.sparse + s->n_ready, 0, (n - s->n_ready) * sizeof(uint32_t));
	memset(s->closure.sparse + s->n_ready, 0, (n - s->n_ready) * sizeof(uint32_t));
	s->n_ready = n;
}

struct hyk_pattern_scratch *
hyk_pattern_scratch_new(void)
{
	const size_t n = HYK_PATTERN_MAX_INSTS;
	struct hyk_pattern_scratch *s = hyk_malloc(sizeof(*s));
	uint32_t *words = hyk_malloc(9 * n * sizeof(uint32_t));
	struct hyk_pattern_cache *caches = hyk_malloc(HYK_PATTERN_N_CACHES * sizeof(*caches));

	if (!s || !words || !caches) {
		hyk_free(s);
		hyk_free(words);
		hyk_free(caches);
		return NULL;
	}
	*s = (struct hyk_pattern_scratch){
		.now = { 0, words, words + n },
		.next = { 0, words + 2 * n, words + 3 * n },
		.closure = { 0, words + 4 * n, words + 5 * n },
		.stack = words + 6 * n, /* 3 n, for find */
		.caches = caches,
	};
	for (unsigned i = 0; i < HYK_PATTERN_N_CACHES; i++)
		caches[i].id = 0;
	return s;
}

void
hyk_pattern_scratch_free(struct hyk_pattern_scratch *s)
{
	if (!s)
		return;
	if (s->pcre2_free)
		s->pcre2_free(s->pcre2);
	hyk_free(s->now.dense);
	hyk_free(s->caches);
	hyk_free(s->slots);
	hyk_free(s);
}

static void
cache_empty(struct hyk_pattern_cache *c)
{
	c->n_states = c->n_pcs = 0;
	memset(c->hash, 0, sizeof(c->hash));
}

struct hyk_pattern_cache *
hyk_pattern_cache_of(struct hyk_pattern_scratch *s, const struct hyk_pattern *p)
{
	struct hyk_pattern_cache *c = &s->caches[p->id % HYK_PATTERN_N_CACHES];

	if (c->id != p->id) {
		cache_empty(c);
		c->id = p->id;
		c->slow = false;
	}
	return c;
}

static uint8_t
before_of(const struct hyk_pattern_prog *g, int byte)
{
	uint8_t before = byte < 0 ? BEFORE_TEXT : 0;

	if (byte >= 0 && (g->asserts & HYK_PATTERN_BEGIN_LINE) && byte == '\n')
		before |= BEFORE_NEWLINE;
	/* Word against the end of the text is a boundary when it is a word. */
	if (byte >= 0 && (g->asserts & (HYK_PATTERN_WORD | HYK_PATTERN_NOT_WORD)) &&
	    (hyk_pattern_asserts_at(byte, -1) & HYK_PATTERN_WORD))
		before |= BEFORE_WORD;
	return before;
}

/*
 * Follows all of s->now, and the start when a match may begin here, into s->closure. True: a match is reached.
 * *steps counts down and may not go below zero; when it would, it becomes zero and the answer is false.
 */
static bool
follow(const struct hyk_pattern_prog *g, struct hyk_pattern_scratch *s, uint8_t before, int after, uint64_t *steps)
{
	struct hyk_pattern_set *set = &s->closure;
	uint32_t n = 0, *stack = s->stack;
	uint8_t holds = 0;
	bool may_begin = before & BEFORE_TEXT ? true : !g->anchored && (after < 0 || (after & 0xc0) != 0x80);

	if (g->asserts) {
		int byte = before & BEFORE_TEXT ? -1 : before & BEFORE_NEWLINE ? '\n' : before & BEFORE_WORD ? 'a' : ' ';

		holds = hyk_pattern_asserts_at(byte, after);
	}
	set->n = 0;
	for (uint32_t i = 0; i <= s->now.n; i++) {
		if (i < s->now.n)
			stack[n++] = s->now.dense[i];
		else if (may_begin)
			stack[n++] = g->start;
		while (n > 0) {
			uint32_t pc = stack[--n];
			const struct hyk_pattern_inst *in = &g->insts[pc];

			if (!hyk_pattern_set_add(set, pc))
				continue;
			if (*steps == 0)
				return false;
			--*steps;
			switch ((enum hyk_pattern_op)in->op) {
			case HYK_PATTERN_OP_SPLIT:
				stack[n++] = in->arg;
				stack[n++] = in->out;
				break;
			case HYK_PATTERN_OP_SAVE:
				stack[n++] = in->out;
				break;
			case HYK_PATTERN_OP_ASSERT:
				if (holds & in->lo)
					stack[n++] = in->out;
				break;
			case HYK_PATTERN_OP_MATCH:
				return true;
			case HYK_PATTERN_OP_BYTE:
			case HYK_PATTERN_OP_FAIL:
				break;
			}
		}
	}
	return false;
}

/* Takes the byte: s->closure to s->now. */
static void
take(const struct hyk_pattern_prog *g, struct hyk_pattern_scratch *s, uint8_t byte)
{
	s->now.n = 0;
	for (uint32_t i = 0; i < s->closure.n; i++) {
		const struct hyk_pattern_inst *in = &g->insts[s->closure.dense[i]];

		if (in->op == HYK_PATTERN_OP_BYTE && in->lo <= byte && byte <= in->hi)
			hyk_pattern_set_add(&s->now, in->out);
	}
}

/* Nothing remembered: from s->now at subject[at] on. *steps at zero: it may have stopped early. */
static bool
run_plain(const struct hyk_pattern_prog *g, struct hyk_str subject, size_t at, uint8_t before,
    struct hyk_pattern_scratch *s, uint64_t *steps)
{
	for (;; at++) {
		int after = at < subject.n ? (unsigned char)subject.p[at] : -1;

		if (*steps == 0)
			return false;
		--*steps;
		if (follow(g, s, before, after, steps))
			return true;
		if (after < 0)
			return false;
		take(g, s, (uint8_t)after);
		if (g->anchored && s->now.n == 0)
			return false;
		before = before_of(g, after);
	}
}

/* The number of the state (s->now, before), new or known; UINT32_MAX: there is no room for it. */
static uint32_t
find_state(struct hyk_pattern_cache *c, const struct hyk_pattern_prog *g, const struct hyk_pattern_set *now,
    uint8_t before)
{
	uint32_t stride = g->n_classes + 2u, hash = before * 0x9e3779b1u + now->n, at;
	size_t bytes = now->n * sizeof(uint32_t);

	for (uint32_t i = 0; i < now->n; i++)
		hash = (hash ^ now->dense[i]) * 0x01000193u;
	hash ^= hash >> 15;
	for (at = hash % HYK_PATTERN_CACHE_HASH; c->hash[at] != 0; at = (at + 1) % HYK_PATTERN_CACHE_HASH) {
		const struct hyk_pattern_state *st = &c->states[c->hash[at] - 1];

		if (st->before == before && st->n == now->n &&
		    (bytes == 0 || memcmp(&c->pcs[st->first], now->dense, bytes) == 0))
			return c->hash[at] - 1u;
	}
	if (c->n_states == HYK_PATTERN_CACHE_STATES || (c->n_states + 1) * stride > HYK_PATTERN_CACHE_TRANS ||
	    now->n > HYK_PATTERN_CACHE_PCS - c->n_pcs)
		return UINT32_MAX;
	c->states[c->n_states] = (struct hyk_pattern_state){ c->n_pcs, now->n, before };
	if (bytes > 0)
		memcpy(&c->pcs[c->n_pcs], now->dense, bytes);
	c->n_pcs += now->n;
	memset(&c->trans[c->n_states * stride], 0, stride * sizeof(uint16_t));
	c->hash[at] = (uint16_t)(c->n_states + 1);
	return c->n_states++;
}

static void
load_state(const struct hyk_pattern_cache *c, uint32_t state, struct hyk_pattern_set *now)
{
	const struct hyk_pattern_state *st = &c->states[state];

	now->n = 0;
	for (uint32_t i = 0; i < st->n; i++)
		hyk_pattern_set_add(now, c->pcs[st->first + i]);
}

bool
hyk_pattern_search_automaton(const struct hyk_pattern *p, struct hyk_str subject, struct hyk_pattern_scratch *s)
{
	const struct hyk_pattern_prog *g = &p->prog;
	struct hyk_pattern_cache *c = hyk_pattern_cache_of(s, p);
	const uint32_t stride = g->n_classes + 2u;
	uint64_t steps = NO_LIMIT;
	const struct hyk_pattern_set none = { 0 };
	uint32_t row = 0, to;
	unsigned n_emptied = 0;

	hyk_pattern_scratch_ready(s, g->n);
	if (c->n_states == 0)
		row = find_state(c, g, &none, BEFORE_TEXT); /* 0: where every search begins */
	for (size_t at = 0;;) {
		int after = at < subject.n ? (unsigned char)subject.p[at] : -1;
		uint32_t number = after < 0 ? stride - 1 : g->classes[after], state;
		uint16_t move = c->trans[row + number];
		uint8_t before;

		if (move >= MOVE_STATES) {
			row = move - MOVE_STATES;
			at++;
			continue;
		}
		if (move == MOVE_MATCH)
			return true;
		if (move == MOVE_DEAD)
			return false;
		state = row / stride;
		load_state(c, state, &s->now);
		if (follow(g, s, c->states[state].before, after, &steps)) {
			c->trans[row + number] = MOVE_MATCH;
			return true;
		}
		if (after >= 0)
			take(g, s, (uint8_t)after);
		if (after < 0 || (g->anchored && s->now.n == 0)) {
			c->trans[row + number] = MOVE_DEAD;
			return false;
		}
		before = before_of(g, after);
		at++;
		to = find_state(c, g, &s->now, before);
		if (to != UINT32_MAX) {
			c->trans[row + number] = (uint16_t)(to * stride + MOVE_STATES);
		} else {
			/* A pattern that fills its place again and again is better off without. */
			cache_empty(c);
			find_state(c, g, &none, BEFORE_TEXT);
			to = ++n_emptied > 2 ? UINT32_MAX : find_state(c, g, &s->now, before);
			if (to == UINT32_MAX)
				return run_plain(g, subject, at, before, s, &steps);
		}
		row = to * stride;
	}
}

enum hyk_status
hyk_pattern_search_metered(const struct hyk_pattern *p, struct hyk_str subject, struct hyk_pattern_scratch *s,
    uint64_t *steps, bool *ret_found)
{
	bool found;

	hyk_pattern_scratch_ready(s, p->prog.n);
	s->now.n = 0;
	found = run_plain(&p->prog, subject, 0, BEFORE_TEXT, s, steps);
	if (!found && *steps == 0)
		return HYK_E_LIMIT;
	*ret_found = found;
	return HYK_OK;
}
