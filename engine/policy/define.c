/* SPDX-License-Identifier: Apache-2.0 */
/* policy/define.c - the names a policy gives to conditions: in dependency order, without circles. */
#include "policy/loader.h"

#include "base/buf.h"

enum mark { UNSEEN, OPEN, DONE };

static bool
is_define_name(struct hyk_str s)
{
	/* Names of CEL and of conditions; a definition of that name would hide them, or never be found. */
	static const char *const taken[] = { "subject", "resource", "context", "action", "now", "tz", "true", "false",
		"null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
		"package", "namespace", "return", "var", "void", "while", NULL };

	if (!s.n || s.n > 64 || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	for (size_t i = 0; taken[i]; i++) {
		if (hyk_str_eq_c(s, taken[i]))
			return false;
	}
	return true;
}

/* A definition on the way from one to those it uses. */
struct step {
	size_t define, next;
};

static void
tell_circle(struct hyk_loader *l, const struct hyk_define *all, const struct step *way, size_t from, size_t n)
{
	const struct hyk_define *d = &all[way[from].define];
	struct hyk_buf path;

	hyk_buf_init(&path, 1000);
	for (size_t i = from; i < n; i++) {
		hyk_buf_append(&path, all[way[i].define].name);
		hyk_buf_append_c(&path, " → ");
	}
	hyk_buf_append(&path, d->name);
	HYK_DIAG(l->r.diags, HYK_D_DEFINE_CYCLE, d->src, ((struct hyk_span){ 0, (uint32_t)d->src->text.n }), d->name,
	    hyk_buf_peek(&path));
	hyk_buf_fini(&path);
}

/* Depth first, with a way of our own instead of the C stack. `order` gets each after those it uses. */
static bool
sort_defines(struct hyk_loader *l, struct hyk_define *all, size_t n, size_t *order)
{
	struct step *way = hyk_reader_alloc(&l->r, n, sizeof(*way));
	size_t n_order = 0;
	bool fine = way != NULL;

	for (size_t start = 0; way && start < n; start++) {
		size_t depth = 0;

		if (all[start].mark != UNSEEN)
			continue;
		way[depth++] = (struct step){ start, 0 };
		all[start].mark = OPEN;
		while (depth) {
			struct step *s = &way[depth - 1];
			struct hyk_define *d = &all[s->define];
			size_t to;

			if (s->next == d->refs->n_defines) {
				d->mark = DONE;
				order[n_order++] = s->define;
				depth--;
				continue;
			}
			to = d->refs->defines[s->next++];
			if (all[to].mark == UNSEEN) {
				all[to].mark = OPEN;
				way[depth++] = (struct step){ to, 0 };
			} else if (all[to].mark == OPEN) {
				size_t from = 0;

				while (way[from].define != to)
					from++;
				tell_circle(l, all, way, from, depth);
				fine = false;
			}
		}
	}
	return fine;
}

static size_t
read_all(struct hyk_loader *l, const struct hyk_node *node, struct hyk_define *all)
{
	size_t n = 0;

	for (size_t i = 0; i < node->n; i++) {
		struct hyk_define *d = &all[n];
		struct hyk_str text;

		if (!is_define_name(node->keys[i]->text)) {
			HYK_DIAG(l->r.diags, HYK_D_DEFINE_NAME, l->r.src, node->keys[i]->span, node->keys[i]->text);
			continue;
		}
		if (!hyk_reader_text(&l->r, node->items[i], "define", &text))
			continue;
		d->name = node->keys[i]->text;
		d->src = hyk_scalar_source(l->r.arena, l->r.src, node->items[i]);
		d->refs = hyk_reader_alloc(&l->r, 1, sizeof(*d->refs));
		if (!d->src || !d->refs) {
			l->r.nomem = true;
			return 0;
		}
		n++;
	}
	return n;
}

void
hyk_defines_read(struct hyk_loader *l, const struct hyk_node *node, struct hyk_policy_draft *p)
{
	struct hyk_define *all, *sorted;
	size_t *order, *place, n;

	if (!hyk_reader_is_map(&l->r, node, "define"))
		return;
	all = hyk_reader_alloc(&l->r, node->n, sizeof(*all));
	sorted = hyk_reader_alloc(&l->r, node->n, sizeof(*sorted));
	order = hyk_reader_alloc(&l->r, node->n, sizeof(*order));
	place = hyk_reader_alloc(&l->r, node->n, sizeof(*place));
	if (!all || !sorted || !order || !place)
		return;
	n = read_all(l, node, all);
	for (size_t i = 0; i < n; i++) {
		if (!hyk_refs_scan(l, all[i].src, all, n, all[i].refs))
			return;
	}
	if (!sort_defines(l, all, n, order)) {
		p->defines = all;
		p->n_defines = n;
		p->defines_broken = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		place[order[i]] = i;
	for (size_t i = 0; i < n; i++) {
		sorted[i] = all[order[i]];
		sorted[i].slot = l->n_slots++;
		for (size_t k = 0; k < sorted[i].refs->n_defines; k++)
			sorted[i].refs->defines[k] = place[sorted[i].refs->defines[k]];
	}
	p->defines = sorted;
	p->n_defines = n;
	for (size_t i = 0; i < n; i++) {
		bool *used = hyk_reader_alloc(&l->r, n, sizeof(*used));

		sorted[i].closure = hyk_reader_alloc(&l->r, 1, sizeof(*sorted[i].closure));
		if (!used || !sorted[i].closure || !hyk_refs_gather(l, p, sorted[i].refs, used, sorted[i].closure)) {
			l->r.nomem = true;
			p->n_defines = 0;
			return;
		}
	}
}
