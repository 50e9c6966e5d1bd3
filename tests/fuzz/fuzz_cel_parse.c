/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes to the parser of conditions: a tree whose places lie in the text, or messages that do. */
#include "cel/ast.h"

#include "fuzz/fuzz.h"

static void
check_node(const struct hyk_cel_node *n, const struct hyk_source *src, unsigned depth)
{
	FUZZ_CHECK(depth <= HYK_CEL_MAX_PATH);
	FUZZ_CHECK(n->span.at <= src->text.n && n->span.n <= src->text.n - n->span.at);
	FUZZ_CHECK(n->op.at <= src->text.n && n->op.n <= src->text.n - n->op.at);
	if (n->flags & HYK_CEL_PAREN) {
		FUZZ_CHECK(n->outer.at < n->span.at && n->outer.at + n->outer.n > n->span.at + n->span.n);
		FUZZ_CHECK(src->text.p[n->outer.at] == '(' && src->text.p[n->outer.at + n->outer.n - 1] == ')');
	}
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (n->args[i])
			check_node(n->args[i], src, depth + 1);
	}
}

static void
parse(struct hyk_str text, bool no_macros)
{
	struct hyk_cel_node *node = NULL;
	struct hyk_diags diags;
	struct hyk_source *src;
	struct hyk_arena arena;
	uint32_t n_nodes = 0;
	enum hyk_status st;

	hyk_arena_init(&arena, 64u << 20);
	hyk_diags_init(&diags, &arena);
	src = hyk_source_new(&arena, HYK_STR("fuzz"), text);
	FUZZ_CHECK(src);
	st = hyk_cel_parse(&(struct hyk_cel_parser_in){ .src = src, .no_macros = no_macros, .arena = &arena,
	    .n_nodes = &n_nodes, .diags = &diags }, &node);
	FUZZ_CHECK((st == HYK_OK) == (diags.n_errors == 0) || st == HYK_E_NOMEM);
	FUZZ_CHECK(n_nodes <= HYK_CEL_MAX_NODES + 1);
	if (st == HYK_OK)
		check_node(node, src, 0);
	fuzz_check_diags(&diags);
	hyk_arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	parse(hyk_str_make((const char *)data, n), false);
	parse(hyk_str_make((const char *)data, n), true);
	return 0;
}
