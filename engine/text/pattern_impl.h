/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_impl.h - what the files of patterns share: the tree the parser makes, the program of the automaton.
 *
 * The parser settles all that depends on flags: case folding becomes classes, `.`, `^` and `$` become what they
 * mean. So both runners read a tree without flags, and neither ever sees the author's text.
 */
#ifndef HYK_TEXT_PATTERN_IMPL_H
#define HYK_TEXT_PATTERN_IMPL_H

#include "text/pattern.h"

#define HYK_PATTERN_MAX_DEPTH 250u
#define HYK_PATTERN_MAX_REPEAT 1000
#define HYK_PATTERN_MAX_HEIGHT 2000u /* of the tree, which is walked by recursion */
#define HYK_PATTERN_MAX_RUNE 0x10ffffu

struct hyk_pattern_range {
	uint32_t lo, hi;
};

/* Ranges of code points, sorted and apart once normalized. */
struct hyk_pattern_class {
	struct hyk_pattern_range *r;
	size_t n, room;
};

bool hyk_pattern_class_add(struct hyk_arena *a, struct hyk_pattern_class *c, uint32_t lo, uint32_t hi);
void hyk_pattern_class_normalize(struct hyk_pattern_class *c);
bool hyk_pattern_class_negate(struct hyk_arena *a, struct hyk_pattern_class *c);
bool hyk_pattern_class_add_folds(struct hyk_arena *a, struct hyk_pattern_class *c);
/* "Lu", "Hangul", "Any"; false: no such group, or no memory (then *ret_known is true). */
bool hyk_pattern_class_add_group(struct hyk_arena *a, struct hyk_pattern_class *c, struct hyk_str name, bool *ret_known);

enum hyk_pattern_assert {
	HYK_PATTERN_BEGIN_TEXT = 1,
	HYK_PATTERN_END_TEXT = 2,
	HYK_PATTERN_BEGIN_LINE = 4,
	HYK_PATTERN_END_LINE = 8,
	HYK_PATTERN_WORD = 16,
	HYK_PATTERN_NOT_WORD = 32
};

enum hyk_pattern_kind {
	HYK_PATTERN_EMPTY,
	HYK_PATTERN_CLASS,
	HYK_PATTERN_BYTE, /* \C */
	HYK_PATTERN_ASSERT,
	HYK_PATTERN_REPEAT,
	HYK_PATTERN_GROUP,
	HYK_PATTERN_CONCAT,
	HYK_PATTERN_ALTERNATE
};

struct hyk_pattern_node {
	enum hyk_pattern_kind kind;
	enum hyk_pattern_assert assertion;
	bool lazy, nullable;
	uint16_t height, repeats; /* repeats: product of nested counts */
	int min, max;             /* of a repeat; max -1: no end */
	uint32_t group;           /* from 1 */
	struct hyk_pattern_class set;
	struct hyk_pattern_node **kids;
	size_t n_kids;
};

struct hyk_pattern_parsed {
	const struct hyk_pattern_node *root;
	struct hyk_str *names; /* of groups, from 1; in the arena of results */
	size_t n_groups;
};

/* The tree in tmp, names of groups in arena. */
enum hyk_status hyk_pattern_parse(struct hyk_arena *arena, struct hyk_arena *tmp, struct hyk_str text,
    const struct hyk_source *src, struct hyk_span span, struct hyk_pattern_parsed *ret_parsed, struct hyk_diags *diags)
    HYK_MUST_CHECK;
/* A message about text[at, at + n), placed in src. */
void hyk_pattern_complain(struct hyk_diags *diags, enum hyk_diag_id id, const struct hyk_source *src,
    struct hyk_span span, struct hyk_str text, size_t at, size_t n);

enum hyk_pattern_op {
	HYK_PATTERN_OP_BYTE,   /* lo..hi, then out */
	HYK_PATTERN_OP_SPLIT,  /* out, else arg */
	HYK_PATTERN_OP_ASSERT, /* lo: enum hyk_pattern_assert, then out */
	HYK_PATTERN_OP_SAVE,   /* arg: slot, then out */
	HYK_PATTERN_OP_MATCH,
	HYK_PATTERN_OP_FAIL
};

struct hyk_pattern_inst {
	uint8_t op, lo, hi;
	uint32_t out, arg;
};

struct hyk_pattern_prog {
	const struct hyk_pattern_inst *insts;
	uint32_t n, start;
	bool anchored;       /* begins with \A */
	uint8_t asserts;     /* which kinds are in it */
	uint8_t n_classes;   /* bytes in the same class are not told apart; the end of the text is one more */
	uint8_t classes[256];
};

/* HYK_E_LIMIT with *ret_large: too large a program; else the arena is full. */
enum hyk_status hyk_pattern_prog_compile(struct hyk_arena *arena, struct hyk_arena *tmp,
    const struct hyk_pattern_node *root, struct hyk_pattern_prog *ret_prog, bool *ret_large) HYK_MUST_CHECK;

struct hyk_pattern_pcre2;

struct hyk_pattern {
	struct hyk_str text;
	struct hyk_str *names;
	size_t n_groups;
	struct hyk_pattern_prog prog;
	uint64_t id;                           /* no two patterns of a process have the same */
	const struct hyk_pattern_pcre2 *pcre2; /* NULL: the automaton alone */
};

/* Compiles all but PCRE2; *ret_parsed may be NULL. Does not rewind tmp. */
enum hyk_status hyk_pattern_build(struct hyk_arena *arena, struct hyk_arena *tmp, struct hyk_str text,
    const struct hyk_source *src, struct hyk_span span, struct hyk_pattern **ret_pattern,
    struct hyk_pattern_parsed *ret_parsed, struct hyk_diags *diags) HYK_MUST_CHECK;

/* NULL without a failure: PCRE2 cannot run this one, the automaton will. */
enum hyk_status hyk_pattern_pcre2_compile(struct hyk_arena *arena, const struct hyk_pattern_node *root,
    const struct hyk_pattern_pcre2 **ret_code) HYK_MUST_CHECK;
/* Longer subjects go to the automaton at once: PCRE2 is quick where there is little to backtrack over. */
#define HYK_PATTERN_PCRE2_MAX_BYTES ((size_t)512)
bool hyk_pattern_pcre2_has_jit(const struct hyk_pattern_pcre2 *code);
enum hyk_pattern_answer { HYK_PATTERN_NO, HYK_PATTERN_YES, HYK_PATTERN_GAVE_UP };
enum hyk_pattern_answer hyk_pattern_pcre2_search(const struct hyk_pattern_pcre2 *code, struct hyk_str subject,
    struct hyk_pattern_scratch *s);

#define HYK_PATTERN_N_CACHES 16u
#define HYK_PATTERN_CACHE_STATES 1024u
#define HYK_PATTERN_CACHE_TRANS 32768u
#define HYK_PATTERN_CACHE_PCS 16384u
#define HYK_PATTERN_CACHE_HASH 4096u

struct hyk_pattern_set {
	uint32_t n;
	uint32_t *dense, *sparse;
};

struct hyk_pattern_state {
	uint32_t first, n; /* pcs */
	uint8_t before;
};

/* The states of one pattern seen so far; forgotten when it is full, or when another pattern needs the place. */
struct hyk_pattern_cache {
	uint64_t id; /* of the pattern; 0: empty */
	bool slow;   /* PCRE2 gave up on this one before */
	uint32_t n_states, n_pcs;
	struct hyk_pattern_state states[HYK_PATTERN_CACHE_STATES];
	uint16_t hash[HYK_PATTERN_CACHE_HASH]; /* state + 1 */
	uint16_t trans[HYK_PATTERN_CACHE_TRANS];
	uint32_t pcs[HYK_PATTERN_CACHE_PCS];
};

struct hyk_pattern_scratch {
	struct hyk_pattern_set now, next, closure;
	uint32_t *stack;
	uint32_t n_ready; /* so much of the sparse halves is initialized */
	struct hyk_pattern_cache *caches;
	void *slots; /* of find, grown when needed */
	size_t slots_bytes;
	void *pcre2;
	void (*pcre2_free)(void *);
};

/* The place of this pattern's states, emptied if it held another's. */
struct hyk_pattern_cache *hyk_pattern_cache_of(struct hyk_pattern_scratch *s, const struct hyk_pattern *p);
/* Makes the sets usable for n instructions. */
void hyk_pattern_scratch_ready(struct hyk_pattern_scratch *s, uint32_t n);
/* Which assertions hold between two bytes; -1 is an end of the text. */
uint8_t hyk_pattern_asserts_at(int before, int after);

static inline bool
hyk_pattern_set_add(struct hyk_pattern_set *s, uint32_t pc)
{
	uint32_t i = s->sparse[pc];

	if (i < s->n && s->dense[i] == pc)
		return false;
	s->sparse[pc] = s->n;
	s->dense[s->n++] = pc;
	return true;
}

#endif
