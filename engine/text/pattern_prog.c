/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_prog.c - the tree to a program over bytes.
 *
 * compile(node, next) makes the instructions that match node and go on at next, and returns where they begin:
 * built from the end, nothing is patched but the heads of loops. A class becomes a tree of UTF-8 bytes whose equal
 * tails are one.
 */
#include "text/pattern_impl.h"

#include "base/utf8.h"

#define MEMO 2048u
#define NOWHERE UINT32_MAX

/* One run of sequences of bytes. */
struct sequence {
	uint8_t n, lo[4], hi[4];
};

struct memo {
	struct hyk_pattern_inst inst;
	uint32_t pc, stamp;
};

struct builder {
	struct hyk_arena *tmp;
	struct hyk_pattern_inst *insts;
	size_t n, room;
	uint64_t visits; /* nodes compiled, so that repeats of nothing end too */
	struct sequence *seqs;
	size_t n_seqs, room_seqs;
	struct memo *memos;
	uint32_t stamp;
	enum hyk_status st;
	bool large;
};

static uint32_t
emit(struct builder *b, enum hyk_pattern_op op, uint8_t lo, uint8_t hi, uint32_t out, uint32_t arg)
{
	if (b->st != HYK_OK)
		return NOWHERE;
	if (b->n == HYK_PATTERN_MAX_INSTS) {
		b->st = HYK_E_LIMIT;
		b->large = true;
		return NOWHERE;
	}
	if (b->n == b->room) {
		struct hyk_pattern_inst *insts = hyk_arena_grow(b->tmp, b->insts, b->n, &b->room, sizeof(*insts));

		if (!insts) {
			b->st = b->tmp->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
			return NOWHERE;
		}
		b->insts = insts;
	}
	b->insts[b->n] = (struct hyk_pattern_inst){ (uint8_t)op, lo, hi, out, arg };
	return (uint32_t)b->n++;
}

/* As emit, but gives an equal instruction of this class when there is one. */
static uint32_t
emit_once(struct builder *b, enum hyk_pattern_op op, uint8_t lo, uint8_t hi, uint32_t out, uint32_t arg)
{
	uint32_t at = ((uint32_t)op * 31 + lo * 131u + hi * 8191u + out * 2654435761u + arg * 40503u) >> 3;

	for (unsigned i = 0; i < 8; i++) {
		struct memo *m = &b->memos[(at + i) % MEMO];

		if (m->stamp != b->stamp) {
			m->pc = emit(b, op, lo, hi, out, arg);
			m->inst = (struct hyk_pattern_inst){ (uint8_t)op, lo, hi, out, arg };
			m->stamp = b->stamp;
			return m->pc;
		}
		if (m->inst.op == op && m->inst.lo == lo && m->inst.hi == hi && m->inst.out == out && m->inst.arg == arg)
			return m->pc;
	}
	return emit(b, op, lo, hi, out, arg);
}

static void
add_sequence(struct builder *b, uint32_t lo, uint32_t hi)
{
	struct sequence s = { 0 };
	char from[4], to[4];

	if (b->n_seqs == b->room_seqs) {
		struct sequence *seqs = hyk_arena_grow(b->tmp, b->seqs, b->n_seqs, &b->room_seqs, sizeof(*seqs));

		if (!seqs) {
			b->st = b->tmp->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
			return;
		}
		b->seqs = seqs;
	}
	s.n = (uint8_t)hyk_utf8_encode(lo, from);
	hyk_utf8_encode(hi, to);
	for (unsigned i = 0; i < s.n; i++) {
		s.lo[i] = (uint8_t)from[i];
		s.hi[i] = (uint8_t)to[i];
	}
	b->seqs[b->n_seqs++] = s;
}

/* Cuts [lo, hi] until each part is one run of bytes a place; at most a dozen parts, no deeper than four cuts. */
static void
add_range(struct builder *b, uint32_t lo, uint32_t hi, unsigned depth)
{
	static const uint32_t ends[] = { 0x7f, 0x7ff, 0xffff };

	if (b->st != HYK_OK || lo > hi)
		return;
	HYK_ASSERT(depth < 16);
	for (size_t i = 0; i < HYK_ARRAY_LEN(ends); i++) {
		if (lo <= ends[i] && hi > ends[i]) {
			add_range(b, lo, ends[i], depth + 1);
			add_range(b, ends[i] + 1, hi, depth + 1);
			return;
		}
	}
	for (unsigned bits = 6; hi > 0x7f && bits <= 18; bits += 6) {
		uint32_t low = (1u << bits) - 1;

		if ((lo & ~low) == (hi & ~low))
			break;
		if (lo & low) {
			add_range(b, lo, lo | low, depth + 1);
			add_range(b, (lo | low) + 1, hi, depth + 1);
			return;
		}
		if ((hi & low) != low) {
			add_range(b, lo, (hi & ~low) - 1, depth + 1);
			add_range(b, hi & ~low, hi, depth + 1);
			return;
		}
	}
	add_sequence(b, lo, hi);
}

/* Sequences first..end-1, which agree in what stands before `place`. From the last, so that splits can share. */
static uint32_t
build_tree(struct builder *b, size_t first, size_t end, unsigned place, uint32_t next)
{
	uint32_t all = NOWHERE;

	while (end > first && b->st == HYK_OK) {
		const struct sequence s = b->seqs[end - 1];
		size_t from = end - 1;
		uint32_t pc;

		while (from > first && b->seqs[from - 1].n == s.n && b->seqs[from - 1].lo[place] == s.lo[place] &&
		    b->seqs[from - 1].hi[place] == s.hi[place])
			from--;
		pc = place + 1u == s.n ? next : build_tree(b, from, end, place + 1, next);
		pc = emit_once(b, HYK_PATTERN_OP_BYTE, s.lo[place], s.hi[place], pc, 0);
		all = all == NOWHERE ? pc : emit_once(b, HYK_PATTERN_OP_SPLIT, 0, 0, pc, all);
		end = from;
	}
	return all;
}

static uint32_t
compile_class(struct builder *b, const struct hyk_pattern_class *c, uint32_t next)
{
	b->n_seqs = 0;
	b->stamp++;
	for (size_t i = 0; i < c->n; i++) {
		/* Surrogates are no characters: no text has them. */
		if (c->r[i].lo < 0xd800)
			add_range(b, c->r[i].lo, c->r[i].hi < 0xd800 ? c->r[i].hi : 0xd7ff, 0);
		if (c->r[i].hi > 0xdfff)
			add_range(b, c->r[i].lo > 0xdfff ? c->r[i].lo : 0xe000, c->r[i].hi, 0);
	}
	if (b->n_seqs == 0)
		return emit(b, HYK_PATTERN_OP_FAIL, 0, 0, 0, 0);
	return build_tree(b, 0, b->n_seqs, 0, next);
}

/* A greedy split tries `body` first, a lazy one `next`. */
static uint32_t
split(struct builder *b, bool lazy, uint32_t body, uint32_t next)
{
	return lazy ? emit(b, HYK_PATTERN_OP_SPLIT, 0, 0, next, body) : emit(b, HYK_PATTERN_OP_SPLIT, 0, 0, body, next);
}

static uint32_t compile(struct builder *b, const struct hyk_pattern_node *n, uint32_t next);

/* x+ ; *ret_head is its split, which for x* is where to begin. */
static uint32_t
compile_loop(struct builder *b, const struct hyk_pattern_node *x, bool lazy, uint32_t next, uint32_t *ret_head)
{
	uint32_t head = split(b, lazy, 0, next), body = compile(b, x, head);

	*ret_head = head;
	if (b->st != HYK_OK)
		return NOWHERE;
	if (lazy)
		b->insts[head].arg = body;
	else
		b->insts[head].out = body;
	return body;
}

static uint32_t
compile_repeat(struct builder *b, const struct hyk_pattern_node *n, uint32_t next)
{
	const struct hyk_pattern_node *x = n->kids[0];
	int mandatory = n->min;
	uint32_t pc = next, head;

	if (n->max < 0) {
		uint32_t body = compile_loop(b, x, n->lazy, next, &head);

		/*
		 * x* of an x that may match nothing is (x+)?: a head alone would, in one walk over what
		 * matches nothing, be met again before the choices that come after it in x.
		 */
		if (n->min > 0) {
			pc = body;
			mandatory--;
		} else {
			pc = x->nullable ? split(b, n->lazy, body, next) : head;
		}
	} else {
		for (int i = n->min; i < n->max && b->st == HYK_OK; i++)
			pc = split(b, n->lazy, compile(b, x, pc), next);
	}
	for (int i = 0; i < mandatory && b->st == HYK_OK; i++)
		pc = compile(b, x, pc);
	return pc;
}

static uint32_t
compile(struct builder *b, const struct hyk_pattern_node *n, uint32_t next)
{
	uint32_t pc = next;

	if (b->st != HYK_OK)
		return NOWHERE;
	if (++b->visits > 10u * HYK_PATTERN_MAX_INSTS) {
		b->st = HYK_E_LIMIT;
		b->large = true;
		return NOWHERE;
	}
	switch (n->kind) {
	case HYK_PATTERN_EMPTY:
		return next;
	case HYK_PATTERN_CLASS:
		return compile_class(b, &n->set, next);
	case HYK_PATTERN_BYTE:
		return emit(b, HYK_PATTERN_OP_BYTE, 0, 0xff, next, 0);
	case HYK_PATTERN_ASSERT:
		return emit(b, HYK_PATTERN_OP_ASSERT, (uint8_t)n->assertion, 0, next, 0);
	case HYK_PATTERN_REPEAT:
		return compile_repeat(b, n, next);
	case HYK_PATTERN_GROUP:
		pc = emit(b, HYK_PATTERN_OP_SAVE, 0, 0, next, 2 * n->group + 1);
		pc = compile(b, n->kids[0], pc);
		return emit(b, HYK_PATTERN_OP_SAVE, 0, 0, pc, 2 * n->group);
	case HYK_PATTERN_CONCAT:
		for (size_t i = n->n_kids; i > 0; i--)
			pc = compile(b, n->kids[i - 1], pc);
		return pc;
	case HYK_PATTERN_ALTERNATE:
		pc = compile(b, n->kids[n->n_kids - 1], next);
		for (size_t i = n->n_kids - 1; i > 0; i--) {
			uint32_t one = compile(b, n->kids[i - 1], next);

			pc = emit(b, HYK_PATTERN_OP_SPLIT, 0, 0, one, pc);
		}
		return pc;
	}
	return NOWHERE;
}

static bool
is_anchored(const struct hyk_pattern_node *n)
{
	switch (n->kind) {
	case HYK_PATTERN_ASSERT:
		return n->assertion == HYK_PATTERN_BEGIN_TEXT;
	case HYK_PATTERN_GROUP:
		return is_anchored(n->kids[0]);
	case HYK_PATTERN_REPEAT:
		return n->min > 0 && is_anchored(n->kids[0]);
	case HYK_PATTERN_CONCAT:
		return n->n_kids > 0 && is_anchored(n->kids[0]);
	case HYK_PATTERN_ALTERNATE:
		for (size_t i = 0; i < n->n_kids; i++) {
			if (!is_anchored(n->kids[i]))
				return false;
		}
		return true;
	case HYK_PATTERN_EMPTY:
	case HYK_PATTERN_CLASS:
	case HYK_PATTERN_BYTE:
		return false;
	}
	return false;
}

static bool
is_word(unsigned c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

uint8_t
hyk_pattern_asserts_at(int before, int after)
{
	bool word = (before >= 0 && is_word((unsigned)before)) != (after >= 0 && is_word((unsigned)after));

	return (uint8_t)((before < 0 ? HYK_PATTERN_BEGIN_TEXT : 0) | (after < 0 ? HYK_PATTERN_END_TEXT : 0) |
	    (before < 0 || before == '\n' ? HYK_PATTERN_BEGIN_LINE : 0) |
	    (after < 0 || after == '\n' ? HYK_PATTERN_END_LINE : 0) |
	    (word ? HYK_PATTERN_WORD : HYK_PATTERN_NOT_WORD));
}

/* Bytes that no instruction tells apart get the same number. */
static void
number_bytes(struct hyk_pattern_prog *p)
{
	bool cut[257] = { [0] = true, [0x80] = true, [0xc0] = true }; /* a match begins where a character does */
	unsigned n = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		const struct hyk_pattern_inst *in = &p->insts[i];

		if (in->op == HYK_PATTERN_OP_BYTE)
			cut[in->lo] = cut[in->hi + 1] = true;
		else if (in->op == HYK_PATTERN_OP_ASSERT)
			p->asserts |= in->lo;
	}
	if (p->asserts & (HYK_PATTERN_BEGIN_LINE | HYK_PATTERN_END_LINE))
		cut['\n'] = cut['\n' + 1] = true;
	for (unsigned c = 1; c < 256 && p->asserts & (HYK_PATTERN_WORD | HYK_PATTERN_NOT_WORD); c++)
		cut[c] |= is_word(c) != is_word(c - 1);
	for (unsigned c = 0; c < 256; c++) {
		n += c > 0 && cut[c];
		p->classes[c] = (uint8_t)n;
	}
	p->n_classes = (uint8_t)n; /* the largest; at most 255 */
}

enum hyk_status
hyk_pattern_prog_compile(struct hyk_arena *arena, struct hyk_arena *tmp, const struct hyk_pattern_node *root,
    struct hyk_pattern_prog *ret_prog, bool *ret_large)
{
	struct hyk_pattern_prog prog = { .anchored = is_anchored(root) };
	struct builder b = { .tmp = tmp };
	struct hyk_pattern_inst *insts;

	*ret_large = false;
	b.memos = hyk_arena_array(tmp, MEMO, sizeof(*b.memos));
	if (!b.memos)
		return tmp->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	prog.start = compile(&b, root, emit(&b, HYK_PATTERN_OP_MATCH, 0, 0, 0, 0));
	*ret_large = b.large;
	if (b.st != HYK_OK)
		return b.st;
	insts = hyk_arena_array(arena, b.n, sizeof(*insts));
	if (!insts)
		return arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	memcpy(insts, b.insts, b.n * sizeof(*insts));
	prog.insts = insts;
	prog.n = (uint32_t)b.n;
	number_bytes(&prog);
	*ret_prog = prog;
	return HYK_OK;
}
