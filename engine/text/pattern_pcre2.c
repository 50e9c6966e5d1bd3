/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern_pcre2.c - the tree written as a pattern of PCRE2's, and run with limits.
 *
 * What is written uses the fewest features: classes by code points, groups without capture, \A \z \b \B. Lines have
 * no ^ and $, since those of PCRE2 mean something else at a last newline. Only valid UTF-8 comes here, so PCRE2 is
 * told not to look again.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/pattern_impl.h"

#include <pcre2.h>

#include "base/alloc.h"
#include "base/buf.h"

#define MAX_WRITTEN ((size_t)256 << 10)
/* A class of many ranges is slow in PCRE2, which goes through them one by one; the automaton does not. */
#define MAX_RANGES 64
/*
 * Steps of backtracking. PCRE2 counts anew at each place where a match may begin, so the limit for one is the limit
 * for all divided by the length of the subject: without that, [a-z]+\d takes 0.7 ms on a thousand letters.
 */
#define MATCH_LIMIT 16384u
#define DEPTH_LIMIT 500
#define HEAP_LIMIT_KIB 1024

struct hyk_pattern_pcre2 {
	pcre2_code *code;
	bool jit;
};

/* A worker's. */
struct runner {
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static void *
ask(size_t n, void *self)
{
	(void)self;
	return hyk_malloc(n);
}

static void
give(void *p, void *self)
{
	(void)self;
	hyk_free(p);
}

static void
write_class(struct hyk_buf *b, const struct hyk_pattern_class *c)
{
	size_t n = 0;

	if (c->n == 1 && c->r[0].lo == c->r[0].hi && (c->r[0].lo < 0xd800 || c->r[0].lo > 0xdfff)) {
		uint32_t cp = c->r[0].lo;

		if ((cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z'))
			hyk_buf_append_char(b, (char)cp);
		else
			hyk_buf_printf(b, "\\x{%x}", cp);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		struct hyk_pattern_range parts[2] = { { c->r[i].lo, c->r[i].hi }, { 1, 0 } };

		/* Without surrogates. */
		if (parts[0].lo < 0xd800 && parts[0].hi > 0xdfff) {
			parts[1] = (struct hyk_pattern_range){ 0xe000, parts[0].hi };
			parts[0].hi = 0xd7ff;
		} else if (parts[0].lo <= 0xdfff && parts[0].hi >= 0xd800) {
			if (parts[0].lo < 0xd800)
				parts[0].hi = 0xd7ff;
			else
				parts[0].lo = 0xe000;
		}
		for (unsigned k = 0; k < 2; k++) {
			if (parts[k].lo <= parts[k].hi)
				hyk_buf_printf(b, "%s\\x{%x}-\\x{%x}", n++ ? "" : "[", parts[k].lo, parts[k].hi);
		}
	}
	hyk_buf_append_c(b, n ? "]" : "(?!)");
}

/* False: not for PCRE2. */
static bool
write_node(struct hyk_buf *b, const struct hyk_pattern_node *n)
{
	switch (n->kind) {
	case HYK_PATTERN_EMPTY:
		return true;
	case HYK_PATTERN_CLASS:
		write_class(b, &n->set);
		return n->set.n <= MAX_RANGES;
	case HYK_PATTERN_BYTE:
		return false; /* half a character is no place for UTF mode */
	case HYK_PATTERN_ASSERT:
		hyk_buf_append_c(b, n->assertion == HYK_PATTERN_BEGIN_TEXT ? "\\A"
		    : n->assertion == HYK_PATTERN_END_TEXT                ? "\\z"
		    : n->assertion == HYK_PATTERN_BEGIN_LINE              ? "(?<![^\\x{a}])"
		    : n->assertion == HYK_PATTERN_END_LINE                ? "(?![^\\x{a}])"
		    : n->assertion == HYK_PATTERN_WORD                    ? "\\b"
		                                                          : "\\B");
		return true;
	case HYK_PATTERN_REPEAT:
		hyk_buf_append_c(b, "(?:");
		if (!write_node(b, n->kids[0]))
			return false;
		if (n->max < 0)
			hyk_buf_printf(b, "){%d,}%s", n->min, n->lazy ? "?" : "");
		else
			hyk_buf_printf(b, "){%d,%d}%s", n->min, n->max, n->lazy ? "?" : "");
		return !b->failed;
	case HYK_PATTERN_GROUP:
	case HYK_PATTERN_CONCAT:
	case HYK_PATTERN_ALTERNATE:
		if (n->kind != HYK_PATTERN_CONCAT)
			hyk_buf_append_c(b, "(?:");
		for (size_t i = 0; i < n->n_kids; i++) {
			if (i > 0 && n->kind == HYK_PATTERN_ALTERNATE)
				hyk_buf_append_char(b, '|');
			if (!write_node(b, n->kids[i]))
				return false;
		}
		if (n->kind != HYK_PATTERN_CONCAT)
			hyk_buf_append_char(b, ')');
		return !b->failed;
	}
	return false;
}

static void
code_free(void *code)
{
	pcre2_code_free(code);
}

enum hyk_status
hyk_pattern_pcre2_compile(struct hyk_arena *arena, const struct hyk_pattern_node *root,
    const struct hyk_pattern_pcre2 **ret_code)
{
	pcre2_general_context *general = pcre2_general_context_create(ask, give, NULL);
	pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
	struct hyk_pattern_pcre2 *p = NULL;
	enum hyk_status st = HYK_OK;
	struct hyk_buf b;
	int error;
	PCRE2_SIZE at;

	*ret_code = NULL;
	hyk_buf_init(&b, MAX_WRITTEN);
	if (!context) {
		st = HYK_E_NOMEM;
		goto out;
	}
	if (!write_node(&b, root) || b.failed)
		goto out;
	p = hyk_arena_alloc(arena, sizeof(*p));
	if (!p) {
		st = arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
		goto out;
	}
	pcre2_set_parens_nest_limit(context, HYK_PATTERN_MAX_HEIGHT);
	p->code = pcre2_compile((PCRE2_SPTR)(b.p ? b.p : ""), b.n,
	    PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE, &error, &at,
	    context);
	if (!p->code)
		goto out; /* too large for it, or no memory: the automaton can */
	st = hyk_arena_defer(arena, code_free, p->code);
	if (st != HYK_OK) {
		pcre2_code_free(p->code);
		goto out;
	}
	p->jit = pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
	*ret_code = p;
out:
	hyk_buf_fini(&b);
	pcre2_compile_context_free(context);
	pcre2_general_context_free(general);
	return st;
}

bool
hyk_pattern_pcre2_has_jit(const struct hyk_pattern_pcre2 *code)
{
	return code->jit;
}

static void
runner_free(void *self)
{
	struct runner *r = self;

	if (!r)
		return;
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->context);
	hyk_free(r);
}

static struct runner *
runner_new(void)
{
	pcre2_general_context *general = pcre2_general_context_create(ask, give, NULL);
	struct runner *r = general ? hyk_malloc(sizeof(*r)) : NULL;

	if (r) {
		r->data = pcre2_match_data_create(1, general);
		r->context = pcre2_match_context_create(general);
		if (r->data && r->context) {
			pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
			pcre2_set_heap_limit(r->context, HEAP_LIMIT_KIB);
		} else {
			runner_free(r);
			r = NULL;
		}
	}
	pcre2_general_context_free(general);
	return r;
}

enum hyk_pattern_answer
hyk_pattern_pcre2_search(const struct hyk_pattern_pcre2 *code, struct hyk_str subject, struct hyk_pattern_scratch *s)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(subject.p ? subject.p : "");
	struct runner *r = s->pcre2;
	int rc;

	if (!r) {
		r = runner_new();
		if (!r)
			return HYK_PATTERN_GAVE_UP;
		s->pcre2 = r;
		s->pcre2_free = runner_free;
	}
	pcre2_set_match_limit(r->context, (uint32_t)(MATCH_LIMIT / (subject.n + 16)));
	rc = code->jit ? pcre2_jit_match(code->code, text, subject.n, 0, PCRE2_NO_UTF_CHECK, r->data, r->context)
	               : pcre2_match(code->code, text, subject.n, 0, PCRE2_NO_UTF_CHECK, r->data, r->context);
	return rc >= 0 ? HYK_PATTERN_YES : rc == PCRE2_ERROR_NOMATCH ? HYK_PATTERN_NO : HYK_PATTERN_GAVE_UP;
}
