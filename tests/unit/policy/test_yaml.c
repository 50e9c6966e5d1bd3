/* SPDX-License-Identifier: Apache-2.0 */
/* Trees out of YAML and JSON, and where each byte of a scalar stands. */
#include "policy/yaml.h"
#include "support/check.h"

static struct hyk_arena arena;
static struct hyk_diags diags;

static const struct hyk_node *
parse(const char *text, const struct hyk_source **ret_src)
{
	const struct hyk_node *root = NULL;

	hyk_diags_init(&diags, &arena);
	*ret_src = hyk_source_new(&arena, HYK_STR("t.yaml"), hyk_str_from_c(text));
	if (hyk_yaml_parse(&arena, *ret_src, &root, &diags) == HYK_E_NOMEM)
		return NULL;
	return root;
}

/* Every byte of `text` that is not a line end or a blank must be the same byte in the file, or come from an escape. */
static void
check_map(const char *yaml, const char *key, const char *want)
{
	const struct hyk_source *src, *part;
	const struct hyk_node *root = parse(yaml, &src), *node = hyk_node_find(root, key);

	if (!check_report(root && node && diags.n_errors == 0, __FILE__, __LINE__, yaml))
		return;
	CHECK_STR(node->text, want);
	part = hyk_scalar_source(&arena, src, node);
	for (uint32_t i = 0; i < node->text.n; i++) {
		struct hyk_span span = { i, 1 };
		char c = node->text.p[i];

		if (c == ' ' || c == '\n')
			continue;
		hyk_source_resolve(part, &span);
		if (src->text.p[span.at] == '\\' || (unsigned char)c >= 0x80)
			continue;
		if (src->text.p[span.at] != c) {
			fprintf(stderr, "%s: byte %u '%c' is mapped to '%c' at %u\n", key, i, c, src->text.p[span.at],
			    span.at);
			check_report(false, __FILE__, __LINE__, yaml);
			return;
		}
	}
}

/* Offset in the file of an offset in the scalar. */
static uint32_t
place(const char *yaml, const char *key, uint32_t at)
{
	const struct hyk_source *src;
	const struct hyk_node *root = parse(yaml, &src), *node = hyk_node_find(root, key);
	struct hyk_span span = { at, 1 };

	if (!node)
		return UINT32_MAX;
	hyk_source_resolve(hyk_scalar_source(&arena, src, node), &span);
	return span.at;
}

TEST(scalars_stay_text)
{
	const struct hyk_source *src;
	const struct hyk_node *root = parse("a: 21:00\nb: no\nc: 010\nd: 'yes'\ne: ~\n", &src);

	REQUIRE(root);
	CHECK_STR(hyk_node_find(root, "a")->text, "21:00");
	CHECK_STR(hyk_node_find(root, "b")->text, "no");
	CHECK_STR(hyk_node_find(root, "c")->text, "010");
	CHECK_INT(hyk_node_find(root, "d")->style, HYK_STYLE_SINGLE);
	CHECK_STR(hyk_node_find(root, "e")->text, "~");
	CHECK(!hyk_node_find(root, "f"));
}

TEST(marks_become_bytes)
{
	const struct hyk_source *src;
	/* 가 is three bytes and one character. */
	const struct hyk_node *root = parse("가: 나다\nb: x\n", &src);

	REQUIRE(root);
	CHECK_INT(root->items[0]->span.at, 5);
	CHECK_INT(root->items[0]->span.n, 6);
	CHECK_INT(root->items[1]->span.at, 15);
	root = parse("\xef\xbb\xbf" "a: x\n", &src);
	REQUIRE(root);
	CHECK_INT(root->items[0]->span.at, 6);
}

TEST(scalars_map_into_the_file)
{
	check_map("k: a && b\n", "k", "a && b");
	check_map("k: a &&\n   b ||\n\n   c\n", "k", "a && b ||\nc");
	check_map("k: 'it''s a ''b'''\n", "k", "it's a 'b'");
	check_map("k: 'a\n  b\n\n  c'\n", "k", "a b\nc");
	check_map("k: \"a\\tb \\u00e9 \\x41 \\\"c\\\"\"\n", "k", "a\tb \xc3\xa9 A \"c\"");
	check_map("k: \"a \\\n    b\n  c\"\n", "k", "a b c");
	check_map("k: |\n  one\n    two\n\n  three\n", "k", "one\n  two\n\nthree\n");
	check_map("k: |-\n\n  one\n  two\n", "k", "\none\ntwo");
	check_map("k: >\n  one\n  two\n\n  three\n    four\n  five\n", "k", "one two\nthree\n  four\nfive\n");
	check_map("x:\n  - y\nk: |2\n    a\n   b\n", "k", "  a\n b\n");
	check_map("k: 예약 시작\nj: 끝\n", "k", "예약 시작");
	check_map("k: |\n \n\r two\n", "k", "\n\ntwo\n");
	check_map("k: |+\n \n", "k", "\n");
	check_map("k: |2\n     \n   a\n", "k", "   \n a\n");
	check_map("k: |\r\n  one\r\n  two\r\n", "k", "one\ntwo\n");
}

TEST(offsets_are_exact)
{
	/* Counted by hand. */
	CHECK_INT(place("k: 'a''b'\n", "k", 0), 4);
	CHECK_INT(place("k: 'a''b'\n", "k", 1), 6);
	CHECK_INT(place("k: 'a''b'\n", "k", 2), 7);
	CHECK_INT(place("k: \"a\\u0041b\"\n", "k", 1), 5);
	CHECK_INT(place("k: \"a\\u0041b\"\n", "k", 2), 11);
	CHECK_INT(place("k: |\n  one\n  two\n", "k", 4), 13);
	CHECK_INT(place("k: >\n  one\n  two\n", "k", 4), 13);
	CHECK_INT(place("k: one\n   two\n", "k", 4), 10);
}

TEST(a_broken_value_does_not_hide_the_rest)
{
	const struct hyk_source *src;
	const struct hyk_node *root = parse("a: \"x\" == y\nb: 2\nc: [1].exists(x, x)\nd: 4\n", &src);

	CHECK_INT(diags.n_errors, 2);
	REQUIRE(root);
	CHECK_INT(root->n, 4);
	CHECK_INT(hyk_node_find(root, "a")->kind, HYK_NODE_BAD);
	CHECK_STR(hyk_node_find(root, "b")->text, "2");
	CHECK_INT(hyk_node_find(root, "c")->kind, HYK_NODE_BAD);
	CHECK_STR(hyk_node_find(root, "d")->text, "4");
}

TEST(hostile_texts_end)
{
	static char text[200000];
	const struct hyk_source *src;

	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = '[';
	CHECK(!parse(text, &src));
	CHECK_INT(diags.n_errors, 1);
	CHECK_INT(diags.first->id, HYK_D_YAML_DEPTH);
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = i % 2 ? '\n' : '"';
	(void)parse(text, &src);
	CHECK(diags.n_errors > 0);
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = "a: \"b\" c\n"[i % 9];
	(void)parse(text, &src);
	CHECK(diags.n_errors >= 100);
	CHECK(!parse("", &src));
	CHECK_INT(diags.first->id, HYK_D_YAML_EMPTY);
	CHECK(!parse("\xff", &src));
	CHECK_INT(diags.first->id, HYK_D_NOT_UTF8);
	(void)parse("a\x01: b\n", &src);
	CHECK_INT(diags.first->id, HYK_D_YAML_CONTROL);
}

TEST(many_keys_are_compared_fast_and_well)
{
	struct hyk_buf b;
	const struct hyk_source *src;
	const struct hyk_node *root;

	hyk_buf_init(&b, 0);
	for (int i = 0; i < 20000; i++)
		hyk_buf_printf(&b, "k%d: v\n", i);
	hyk_buf_append_c(&b, "k19999: w\nk3: w\n");
	hyk_buf_append_char(&b, '\0');
	root = parse(b.p, &src);
	CHECK_INT(diags.n_errors, 2);
	REQUIRE(root);
	CHECK_INT(root->n, 20000);
	hyk_buf_fini(&b);
}

static uint32_t
at_of(const struct hyk_source *src, const struct hyk_node *scalar, uint32_t at)
{
	struct hyk_span span = { at, 1 };

	hyk_source_resolve(hyk_scalar_source(&arena, src, scalar), &span);
	return span.at;
}

TEST(json_is_the_same_tree)
{
	const struct hyk_source *src = hyk_source_new(&arena, HYK_STR("t.json"),
	    HYK_STR("{\"a\": [1, -2.5e3, true, null], \"b\\n\": \"x\\u00e9\\ud83d\\ude00\\\"\", \"c\": {}, \"d\": []}"));
	const struct hyk_node *root = NULL;

	hyk_diags_init(&diags, &arena);
	CHECK_INT(hyk_json_nodes_parse(&arena, src, &root, &diags), HYK_OK);
	REQUIRE(root);
	CHECK_INT(root->kind, HYK_NODE_MAP);
	CHECK_INT(root->n, 4);
	CHECK_INT(root->items[0]->n, 4);
	CHECK_STR(root->items[0]->items[1]->text, "-2.5e3");
	CHECK_INT(root->items[0]->items[1]->span.at, 10);
	CHECK_INT(root->items[0]->items[2]->style, HYK_STYLE_JSON_WORD);
	CHECK_STR(root->keys[1]->text, "b\n");
	CHECK_STR(root->items[1]->text, "x\xc3\xa9\xf0\x9f\x98\x80\"");
	/* the quote at the end, behind both halves of the character: 58 bytes stand before its '\\' */
	CHECK_INT(at_of(src, root->items[1], 7), 58);
	CHECK_INT(root->items[2]->n, 0);
	src = hyk_source_new(&arena, HYK_STR("t.json"), HYK_STR("{\"a\": 1, \"a\": 2}"));
	CHECK_INT(hyk_json_nodes_parse(&arena, src, &root, &diags), HYK_E_INVALID);
	CHECK(!root);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(scalars_stay_text);
	RUN(marks_become_bytes);
	RUN(scalars_map_into_the_file);
	RUN(offsets_are_exact);
	RUN(a_broken_value_does_not_hide_the_rest);
	RUN(hostile_texts_end);
	RUN(many_keys_are_compared_fast_and_well);
	RUN(json_is_the_same_tree);
	hyk_arena_fini(&arena);
	return check_done();
}
