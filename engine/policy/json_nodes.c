/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/json_nodes.c - JSON as a tree of nodes.
 *
 * value/json.h reads the text first and refuses what is no JSON; the walk
 * here only needs to find where things stand.
 */
#include "base/buf.h"
#include "base/utf8.h"
#include "policy/yaml.h"
#include "value/json.h"

struct reader {
	struct hyk_arena *arena;
	struct hyk_str text;
	size_t at;
};

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->text.n && strchr(" \t\r\n", r->text.p[r->at]) && r->text.p[r->at])
		r->at++;
}

static uint32_t
hex4(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];

		v = v * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

/* The text between the quotes, decoded; it is valid JSON. */
static struct hyk_str
decode(struct hyk_arena *arena, struct hyk_str raw)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	struct hyk_str out = { NULL, 0 };
	char *p = hyk_arena_alloc(arena, raw.n + 1);

	if (!p)
		return out;
	for (size_t i = 0; i < raw.n;) {
		const char *hit;

		if (raw.p[i] != '\\') {
			p[out.n++] = raw.p[i++];
		} else if (raw.p[i + 1] == 'u') {
			uint32_t cp = hex4(raw.p + i + 2);

			i += 6;
			if (cp >= 0xd800 && cp < 0xdc00 && i + 6 <= raw.n) {
				cp = 0x10000 + ((cp - 0xd800) << 10) + (hex4(raw.p + i + 2) - 0xdc00);
				i += 6;
			}
			out.n += hyk_utf8_encode(cp, p + out.n);
		} else {
			hit = strchr(from, raw.p[i + 1]);
			p[out.n++] = hit ? to[hit - from] : raw.p[i + 1];
			i += 2;
		}
	}
	out.p = p;
	return out;
}

static struct hyk_node *
read_string(struct reader *r)
{
	struct hyk_node *node = hyk_arena_alloc(r->arena, sizeof(*node));
	size_t start = r->at++;

	if (!node)
		return NULL;
	while (r->text.p[r->at] != '"')
		r->at += r->text.p[r->at] == '\\' ? 2 : 1;
	r->at++;
	node->style = HYK_STYLE_JSON_STRING;
	node->span = (struct hyk_span){ (uint32_t)start, (uint32_t)(r->at - start) };
	node->text = decode(r->arena, hyk_str_make(r->text.p + start + 1, r->at - start - 2));
	return node->text.p ? node : NULL;
}

static struct hyk_node *
read_word(struct reader *r)
{
	struct hyk_node *node = hyk_arena_alloc(r->arena, sizeof(*node));
	size_t start = r->at;

	if (!node)
		return NULL;
	while (r->at < r->text.n && !strchr(",]} \t\r\n", r->text.p[r->at]))
		r->at++;
	node->style = HYK_STYLE_JSON_WORD;
	node->text = hyk_str_make(r->text.p + start, r->at - start);
	node->span = (struct hyk_span){ (uint32_t)start, (uint32_t)(r->at - start) };
	return node;
}

/* depth is bounded by the limits of the first reading. */
static struct hyk_node *
read_value(struct reader *r, unsigned depth)
{
	struct hyk_node *node, *key = NULL;
	size_t room_keys = 0, room_items = 0;
	bool map;

	skip_blanks(r);
	if (r->text.p[r->at] == '"')
		return read_string(r);
	if (r->text.p[r->at] != '[' && r->text.p[r->at] != '{')
		return read_word(r);
	map = r->text.p[r->at] == '{';
	node = hyk_arena_alloc(r->arena, sizeof(*node));
	if (!node || depth > HYK_NODE_MAX_DEPTH)
		return NULL;
	node->kind = map ? HYK_NODE_MAP : HYK_NODE_LIST;
	node->span.at = (uint32_t)r->at++;
	for (skip_blanks(r); r->text.p[r->at] != ']' && r->text.p[r->at] != '}'; skip_blanks(r)) {
		if (r->text.p[r->at] == ',') {
			r->at++;
			skip_blanks(r);
		}
		if (map) {
			key = read_string(r);
			skip_blanks(r);
			r->at++; /* the colon */
			if (node->n == room_keys)
				node->keys = hyk_arena_grow(r->arena, node->keys, node->n, &room_keys,
				    sizeof(struct hyk_node *));
			if (!key || !node->keys)
				return NULL;
			node->keys[node->n] = key;
		}
		if (node->n == room_items)
			node->items =
			    hyk_arena_grow(r->arena, node->items, node->n, &room_items, sizeof(struct hyk_node *));
		if (!node->items)
			return NULL;
		node->items[node->n] = read_value(r, depth + 1);
		if (!node->items[node->n])
			return NULL;
		node->n++;
	}
	r->at++;
	node->span.n = (uint32_t)r->at - node->span.at;
	return node;
}

enum hyk_status
hyk_json_nodes_parse(struct hyk_arena *arena, const struct hyk_source *src, const struct hyk_node **ret_root,
    struct hyk_diags *diags)
{
	struct hyk_json_limits limits = { HYK_SOURCE_MAX_BYTES, HYK_NODE_MAX_DEPTH, HYK_NODE_MAX };
	struct reader r = { .arena = arena, .text = src->text };
	struct hyk_arena scratch;
	struct hyk_value v;
	enum hyk_status st;

	*ret_root = NULL;
	hyk_arena_init(&scratch, 0);
	st = hyk_json_parse(&scratch, src, &limits, &v, diags);
	hyk_arena_fini(&scratch);
	if (st != HYK_OK)
		return st;
	*ret_root = read_value(&r, 0);
	return *ret_root ? HYK_OK : HYK_E_NOMEM;
}
