/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes to the readers of YAML and JSON: nodes and messages lie in the file, and each byte of a scalar is
 * mapped to where it came from.
 */
#include "policy/yaml.h"

#include "fuzz/fuzz.h"

/* What stands there in the file is the byte itself, or what is written for it: an escape, a fold. */
static bool
stands_for(const struct hyk_source *src, const struct hyk_node *scalar, uint32_t at, char c)
{
	char raw = at < src->text.n ? src->text.p[at] : '\0';
	bool escapes = scalar->style == HYK_STYLE_DOUBLE || scalar->style == HYK_STYLE_JSON_STRING;

	if (raw == c && at < src->text.n)
		return true;
	if (escapes && raw == '\\')
		return true;
	if (c != ' ' && c != '\n')
		return false;
	/* A fold; a last line end that the file does not have. */
	return at == src->text.n || raw == ' ' || raw == '\t' || raw == '\r' || raw == '\n';
}

/* In a text with mistakes blanks stand for what was taken out; places lie in it all the same. */
static bool has_mistakes;

static void
check_scalar(struct hyk_arena *arena, const struct hyk_source *src, const struct hyk_node *n)
{
	const struct hyk_source *part = hyk_scalar_source(arena, src, n);
	uint32_t before = n->span.at;

	if (!part) {
		FUZZ_CHECK(arena->overflowed);
		return;
	}
	for (uint32_t i = 0; i <= n->text.n; i++) {
		struct hyk_span span = { i, i < n->text.n };

		FUZZ_CHECK(hyk_source_resolve(part, &span) == src);
		FUZZ_CHECK(span.at <= src->text.n && span.n <= src->text.n - span.at);
		if (has_mistakes)
			continue;
		FUZZ_CHECK(span.at >= before && span.at <= n->span.at + n->span.n);
		before = span.at;
		/* The bytes of a character after its first. */
		if (i == n->text.n || ((unsigned char)n->text.p[i] & 0xc0) == 0x80)
			continue;
		FUZZ_CHECK(stands_for(src, n, span.at, n->text.p[i]));
	}
}

static void
check_node(struct hyk_arena *arena, const struct hyk_source *src, const struct hyk_node *n, unsigned depth)
{
	FUZZ_CHECK(depth <= HYK_NODE_MAX_DEPTH + 1);
	FUZZ_CHECK(n->span.at <= src->text.n && n->span.n <= src->text.n - n->span.at);
	if (n->kind == HYK_NODE_SCALAR)
		check_scalar(arena, src, n);
	for (size_t i = 0; i < n->n; i++) {
		if (n->kind == HYK_NODE_MAP)
			check_node(arena, src, n->keys[i], depth + 1);
		check_node(arena, src, n->items[i], depth + 1);
	}
}

static void
read_with(enum hyk_status (*parse)(struct hyk_arena *, const struct hyk_source *, const struct hyk_node **,
    struct hyk_diags *), struct hyk_str text)
{
	const struct hyk_node *root = NULL;
	const struct hyk_source *src;
	struct hyk_diags diags;
	struct hyk_arena arena;
	enum hyk_status st;

	hyk_arena_init(&arena, 64u << 20);
	hyk_diags_init(&diags, &arena);
	src = hyk_source_new(&arena, HYK_STR("fuzz.yaml"), text);
	FUZZ_CHECK(src);
	st = parse(&arena, src, &root, &diags);
	FUZZ_CHECK((st == HYK_OK) == (diags.n_errors == 0) || st == HYK_E_NOMEM || st == HYK_E_LIMIT);
	FUZZ_CHECK(st != HYK_OK || root);
	has_mistakes = st != HYK_OK;
	if (root)
		check_node(&arena, src, root, 0);
	fuzz_check_diags(&diags);
	hyk_arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_with(hyk_yaml_parse, hyk_str_make((const char *)data, n));
	read_with(hyk_json_nodes_parse, hyk_str_make((const char *)data, n));
	return 0;
}
