/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/yaml.c - libyaml's events as a tree of nodes; the only file that knows libyaml.
 *
 * libyaml's marks count characters from 0; they become byte offsets here and
 * nowhere else. It accepts duplicate keys, anchors and tags: refused here.
 *
 * libyaml stops at the first thing it cannot read. To go on, the value on that
 * line is taken out of a copy (each character becomes one blank, so that marks
 * still fit the file) and the copy is read again.
 */
#include "policy/yaml.h"

#include <yaml.h>

#include "base/map.h"
#include "policy/yaml_text.h"

struct level {
	struct hyk_node *node;
	size_t room_keys, room_items;
	struct hyk_node *key;       /* waits for its value */
	struct hyk_map seen;        /* the keys so far, once there are many */
	struct level *outer;
};

/* Maps up to this size are searched for duplicate keys from one end to the other. */
#define SMALL_MAP 16u

struct builder {
	struct hyk_arena *arena;
	const struct hyk_source *src;
	struct hyk_diags *diags;
	struct hyk_yaml_text *text;
	struct level *top;
	size_t depth, n_nodes;
	const struct hyk_node *root;
	bool nomem, faults, stop, quiet;
};

static struct hyk_span
span_of(struct builder *b, size_t start_char, size_t end_char)
{
	uint32_t at = hyk_yaml_text_byte(b->text, start_char);
	uint32_t end = hyk_yaml_text_byte(b->text, end_char);

	return (struct hyk_span){ at, end > at ? end - at : 0 };
}

static void
fault(struct builder *b, enum hyk_diag_id id, struct hyk_span span, struct hyk_str arg)
{
	b->faults = true;
	if (!b->quiet)
		HYK_DIAG(b->diags, id, b->src, span, arg);
}

static bool
room_for(struct builder *b, struct hyk_node ***array, size_t n, size_t *room)
{
	struct hyk_node **more;

	if (n < *room)
		return true;
	more = hyk_arena_grow(b->arena, *array, n, room, sizeof(**array));
	if (!more) {
		b->nomem = true;
		return false;
	}
	*array = more;
	return true;
}

static const struct hyk_node *
find_key(const struct level *l, struct hyk_str key)
{
	if (l->node->n > SMALL_MAP)
		return hyk_map_find(&l->seen, key);
	for (size_t i = 0; i < l->node->n; i++) {
		if (hyk_str_eq(l->node->keys[i]->text, key))
			return l->node->keys[i];
	}
	return NULL;
}

/* After a key was added: keeps `seen` once the map is large. */
static void
note_key(struct builder *b, struct level *l)
{
	size_t from = l->node->n - 1;

	if (l->node->n <= SMALL_MAP)
		return;
	if (from == SMALL_MAP) {
		hyk_map_init(&l->seen, b->arena);
		from = 0;
	}
	for (size_t i = from; i < l->node->n; i++) {
		if (hyk_map_add(&l->seen, l->node->keys[i]->text, l->node->keys[i]) == HYK_E_NOMEM)
			b->nomem = true;
	}
}

static void
add_pair(struct builder *b, struct level *l, struct hyk_node *value)
{
	struct hyk_node *key = l->key;
	const struct hyk_node *first;
	struct hyk_node *map = l->node;

	l->key = NULL;
	if (key->kind != HYK_NODE_SCALAR)
		return;
	first = find_key(l, key->text);
	if (first) {
		char line[24] = "";

		/* Past the limit of messages nobody reads the line, and finding it takes time. */
		if (!b->quiet && hyk_diags_has_room(b->diags))
			snprintf(line, sizeof(line), "%u", (unsigned)hyk_source_locate(b->src, first->span).line);
		b->faults = true;
		if (!b->quiet)
			HYK_DIAG(b->diags, HYK_D_YAML_DUPLICATE_KEY, b->src, key->span, key->text,
			    hyk_str_from_c(line));
		return;
	}
	if (!room_for(b, &map->keys, map->n, &l->room_keys) || !room_for(b, &map->items, map->n, &l->room_items))
		return;
	map->keys[map->n] = key;
	map->items[map->n++] = value;
	note_key(b, l);
}

static void
attach(struct builder *b, struct hyk_node *node)
{
	struct level *l = b->top;

	if (!l) {
		b->root = node;
	} else if (l->node->kind == HYK_NODE_LIST) {
		if (room_for(b, &l->node->items, l->node->n, &l->room_items))
			l->node->items[l->node->n++] = node;
	} else if (!l->key) {
		l->key = node;
		if (node->kind == HYK_NODE_LIST || node->kind == HYK_NODE_MAP)
			fault(b, HYK_D_YAML_KEY, node->span, HYK_STR(""));
	} else {
		add_pair(b, l, node);
	}
}

static struct hyk_node *
new_node(struct builder *b, enum hyk_node_kind kind, const yaml_event_t *e)
{
	struct hyk_node *node = hyk_arena_alloc(b->arena, sizeof(*node));

	if (!node) {
		b->nomem = true;
		return NULL;
	}
	if (++b->n_nodes > HYK_NODE_MAX) {
		fault(b, HYK_D_YAML_SIZE, span_of(b, e->start_mark.index, e->start_mark.index), HYK_STR("1000000"));
		b->stop = true;
		return NULL;
	}
	node->kind = kind;
	node->span = span_of(b, e->start_mark.index, e->end_mark.index);
	return node;
}

/* Anchors and tags; true when there was one. */
static bool
refuse_extras(struct builder *b, const yaml_char_t *anchor, const yaml_char_t *tag, struct hyk_span span)
{
	if (tag) {
		/* `!has(x)` reads as a tag: most often it was meant as a condition. */
		struct hyk_str raw = hyk_str_make(b->src->text.p + span.at, span.n);

		if (raw.n && raw.p[0] == '!' && !hyk_str_starts_with(raw, HYK_STR("!!")) && raw.n > 1) {
			b->faults = true;
			if (!b->quiet)
				hyk_yaml_text_explain(b->text, b->src, span.at, b->diags);
		} else {
			fault(b, HYK_D_YAML_TAG, span, hyk_str_from_c((const char *)tag));
		}
		return true;
	}
	if (anchor) {
		fault(b, HYK_D_YAML_ANCHOR, span, hyk_str_from_c((const char *)anchor));
		return true;
	}
	return false;
}

static enum hyk_node_style
style_of(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return HYK_STYLE_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return HYK_STYLE_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
		return HYK_STYLE_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return HYK_STYLE_FOLDED;
	case YAML_ANY_SCALAR_STYLE:
	case YAML_PLAIN_SCALAR_STYLE:
		break;
	}
	return HYK_STYLE_PLAIN;
}

static void
on_scalar(struct builder *b, const yaml_event_t *e)
{
	struct hyk_node *node = new_node(b, HYK_NODE_SCALAR, e);

	if (!node)
		return;
	node->style = style_of(e->data.scalar.style);
	node->text = hyk_arena_dup(b->arena, hyk_str_make((const char *)e->data.scalar.value, e->data.scalar.length));
	if (!node->text.p) {
		b->nomem = true;
		return;
	}
	if (refuse_extras(b, e->data.scalar.anchor, e->data.scalar.tag, node->span) ||
	    hyk_yaml_text_is_repaired(b->text, node->span.at))
		node->kind = HYK_NODE_BAD;
	attach(b, node);
}

static void
on_open(struct builder *b, enum hyk_node_kind kind, const yaml_event_t *e, const yaml_char_t *anchor,
    const yaml_char_t *tag)
{
	struct hyk_node *node = new_node(b, kind, e);
	struct level *l;

	if (!node)
		return;
	refuse_extras(b, anchor, tag, node->span);
	if (b->depth == HYK_NODE_MAX_DEPTH) {
		fault(b, HYK_D_YAML_DEPTH, node->span, HYK_STR("64"));
		b->stop = true;
		return;
	}
	l = hyk_arena_alloc(b->arena, sizeof(*l));
	if (!l) {
		b->nomem = true;
		return;
	}
	attach(b, node);
	l->node = node;
	l->outer = b->top;
	b->top = l;
	b->depth++;
}

static void
on_close(struct builder *b, const yaml_event_t *e)
{
	struct hyk_node *node = b->top->node;
	uint32_t end = hyk_yaml_text_byte(b->text, e->end_mark.index);

	/* A block ends where the next thing begins; its last line is nearer to what people see. */
	while (end > node->span.at && (b->src->text.p[end - 1] == '\n' || b->src->text.p[end - 1] == ' ' ||
	                                  b->src->text.p[end - 1] == '\r'))
		end--;
	node->span.n = end > node->span.at ? end - node->span.at : 0;
	b->top = b->top->outer;
	b->depth--;
}

/* One event; true: go on. */
static bool
on_event(struct builder *b, const yaml_event_t *e)
{
	struct hyk_node *bad;

	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->root) {
			fault(b, HYK_D_YAML_DOCUMENTS, span_of(b, e->start_mark.index, e->end_mark.index), HYK_STR(""));
			b->stop = true;
		}
		break;
	case YAML_ALIAS_EVENT:
		bad = new_node(b, HYK_NODE_BAD, e);
		if (bad) {
			fault(b, HYK_D_YAML_ANCHOR, bad->span, hyk_str_from_c((const char *)e->data.alias.anchor));
			attach(b, bad);
		}
		break;
	case YAML_SCALAR_EVENT:
		on_scalar(b, e);
		break;
	case YAML_SEQUENCE_START_EVENT:
		on_open(b, HYK_NODE_LIST, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		on_open(b, HYK_NODE_MAP, e, e->data.mapping_start.anchor, e->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		on_close(b, e);
		break;
	case YAML_STREAM_END_EVENT:
	case YAML_NO_EVENT:
		return false;
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return !b->nomem && !b->stop;
}

/* True: libyaml read it to its end, or we stopped it. False: a syntax error, described in `error`. */
static bool
read_once(struct builder *b, struct hyk_yaml_error *error)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true, fine = true;

	if (!yaml_parser_initialize(&parser)) {
		b->nomem = true;
		return true;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)b->text->copy, b->text->n);
	while (more) {
		if (!yaml_parser_parse(&parser, &event)) {
			fine = parser.error == YAML_MEMORY_ERROR;
			b->nomem |= fine;
			*error = (struct hyk_yaml_error){ hyk_str_from_c(parser.problem), parser.problem_mark.index,
				parser.context != NULL, parser.context_mark.index };
			if (parser.error == YAML_READER_ERROR)
				error->at_char = 0;
			break;
		}
		more = on_event(b, &event);
		yaml_event_delete(&event);
	}
	/* The words of an error are libyaml's static texts: they outlive the parser. */
	yaml_parser_delete(&parser);
	return fine;
}

enum hyk_status
hyk_yaml_parse(struct hyk_arena *arena, const struct hyk_source *src, const struct hyk_node **ret_root,
    struct hyk_diags *diags)
{
	struct hyk_yaml_text text;
	struct builder b = { 0 };
	struct hyk_yaml_error error;
	struct hyk_arena scratch;
	enum hyk_status st;
	bool faults, fine;

	*ret_root = NULL;
	hyk_arena_init(&scratch, 0);
	st = hyk_yaml_text_init(&text, src, diags);
	if (st != HYK_OK && st != HYK_E_INVALID)
		return st;
	faults = st == HYK_E_INVALID;
	if (!text.copy)
		return st;
	b = (struct builder){ .arena = arena, .src = src, .text = &text, .quiet = true };
	fine = read_once(&b, &error);
	while (!fine) {
		faults = true;
		if (!hyk_yaml_text_repair(&text, src, &error, diags))
			goto out;
		b = (struct builder){ .arena = &scratch, .src = src, .text = &text, .quiet = true, .faults = true };
		fine = read_once(&b, &error);
		hyk_arena_fini(&scratch);
	}
	/* Each reading sees the same faults of the tree; they are told once, by the last. */
	if (b.faults && !b.nomem) {
		b = (struct builder){ .arena = arena, .src = src, .text = &text, .diags = diags };
		(void)read_once(&b, &error);
		faults |= b.faults;
	}
	if (b.nomem) {
		st = HYK_E_NOMEM;
		goto out;
	}
	if (!b.root && !b.stop) {
		HYK_DIAG0(diags, HYK_D_YAML_EMPTY, src, HYK_NO_SPAN);
		faults = true;
	}
	*ret_root = b.stop ? NULL : b.root;
	st = faults ? HYK_E_INVALID : HYK_OK;
out:
	if (st == HYK_OK && faults)
		st = HYK_E_INVALID;
	hyk_yaml_text_fini(&text);
	return st;
}

const struct hyk_node *
hyk_node_find(const struct hyk_node *map, const char *key)
{
	if (!map || map->kind != HYK_NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++) {
		if (hyk_str_eq_c(map->keys[i]->text, key))
			return map->items[i];
	}
	return NULL;
}
