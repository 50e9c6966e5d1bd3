/* SPDX-License-Identifier: Apache-2.0 */
/* policy/template.c - texts for people, cut at their {paths}. */
#include "policy/loader.h"

struct cutter {
	struct hyk_loader *l;
	const struct hyk_node *node;
	const struct hyk_source *part; /* made when a message needs it */
	const struct hyk_rule_shapes *shapes;
	struct hyk_piece *pieces;
	size_t n, room;
	char *literal; /* of the piece at hand */
	size_t n_literal;
	bool fine;
};

static bool
add_piece(struct cutter *c, const struct hyk_fact *fact)
{
	struct hyk_piece *more;

	if (c->n == c->room) {
		more = hyk_arena_grow(c->l->r.arena, c->pieces, c->n, &c->room, sizeof(*more));
		if (!more) {
			c->l->r.nomem = true;
			return false;
		}
		c->pieces = more;
	}
	c->pieces[c->n] = (struct hyk_piece){ hyk_str_make(c->literal, c->n_literal), fact };
	c->n++;
	c->literal += c->n_literal;
	c->n_literal = 0;
	return true;
}

/* The fact between braces; NULL: told why. */
static const struct hyk_fact *
fact_at(struct cutter *c, size_t at, struct hyk_str path)
{
	struct hyk_span span = { (uint32_t)at, (uint32_t)path.n };

	if (!c->part)
		c->part = hyk_scalar_source(c->l->r.arena, c->l->r.src, c->node);
	if (!c->part) {
		c->l->r.nomem = true;
		return NULL;
	}
	if (!c->shapes) {
		HYK_DIAG(c->l->r.diags, HYK_D_TEMPLATE_PATH, c->part, span, path);
		return NULL;
	}
	return hyk_applies_fact(c->l, c->shapes, path, c->part, span, HYK_D_TEMPLATE_PATH);
}

static bool
cut(struct cutter *c)
{
	struct hyk_str s = c->node->text;
	size_t i = 0;

	c->literal = hyk_reader_alloc(&c->l->r, s.n + 1, 1);
	if (!c->literal)
		return false;
	while (i < s.n) {
		const char *close;
		const struct hyk_fact *fact;
		struct hyk_str path;

		if ((s.p[i] == '{' || s.p[i] == '}') && i + 1 < s.n && s.p[i + 1] == s.p[i]) {
			c->literal[c->n_literal++] = s.p[i];
			i += 2;
			continue;
		}
		close = s.p[i] == '{' ? memchr(s.p + i, '}', s.n - i) : NULL;
		if (!close) {
			c->literal[c->n_literal++] = s.p[i++];
			continue;
		}
		path = hyk_str_make(s.p + i + 1, (size_t)(close - s.p) - i - 1);
		fact = fact_at(c, i + 1, path);
		c->fine &= fact != NULL;
		if (!add_piece(c, fact))
			return false;
		i = (size_t)(close - s.p) + 1;
	}
	if ((c->n_literal || !c->n) && !add_piece(c, NULL))
		return false;
	return c->fine;
}

bool
hyk_template_read(struct hyk_loader *l, const struct hyk_node *node, const char *key,
    const struct hyk_rule_shapes *shapes, struct hyk_template *ret_template)
{
	const struct hyk_piece **pieces;
	struct hyk_text text;
	size_t *n_pieces;
	bool fine = true;

	if (!hyk_reader_localized(&l->r, node, key, &text))
		return false;
	pieces = hyk_reader_alloc(&l->r, text.n, sizeof(*pieces));
	n_pieces = hyk_reader_alloc(&l->r, text.n, sizeof(*n_pieces));
	if (!pieces || !n_pieces)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		struct cutter c = { .l = l, .node = node->kind == HYK_NODE_MAP ? node->items[i] : node, .shapes = shapes,
			.fine = true };

		fine &= cut(&c);
		pieces[i] = c.pieces;
		n_pieces[i] = c.n;
	}
	*ret_template = (struct hyk_template){ text.n, text.tags, pieces, n_pieces };
	return fine;
}
