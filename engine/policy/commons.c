/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/commons.c - commons.yaml: who is below whom, and what each says of itself.
 *
 * The path of a commons is that of the commons above and its folders from
 * there on. What it does not say its parent says.
 */
#include "policy/loader.h"

static struct hyk_what
commons_what(void)
{
	return HYK_WHAT("commons.yaml", "commons.yaml");
}

bool
hyk_commons_contains(struct hyk_str outer, struct hyk_str inner)
{
	if (!outer.n)
		return true;
	if (!hyk_str_starts_with(inner, outer))
		return false;
	return inner.n == outer.n || inner.p[outer.n] == '/';
}

static bool
is_path(struct hyk_str s)
{
	size_t from = 0;

	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != '/')
			continue;
		if (!hyk_is_id(hyk_str_make(s.p + from, i - from)))
			return false;
		from = i + 1;
	}
	return s.n > 0;
}

struct hyk_commons_impl *
hyk_commons_make(struct hyk_loader *l, struct hyk_str path, struct hyk_commons_impl *up)
{
	struct hyk_commons_impl *c = hyk_reader_alloc(&l->r, 1, sizeof(*c));

	if (!c)
		return NULL;
	c->pub.path = path;
	c->pub.zone = hyk_zone_utc();
	c->pub.zone_name = HYK_STR("UTC");
	c->up = up;
	if (up) {
		c->pub.parent = &up->pub;
		c->pub.zone = up->pub.zone;
		c->pub.zone_name = up->pub.zone_name;
		c->pub.languages = up->pub.languages;
		c->pub.n_languages = up->pub.n_languages;
		c->pub.title = up->pub.title;
		c->grants = up->grants;
		c->n_grants = up->n_grants;
	}
	if (hyk_map_add(&l->commons, path, c) == HYK_E_NOMEM)
		l->r.nomem = true;
	return c;
}

/* The commons whose folder holds this one, the nearest. */
static struct hyk_commons_impl *
above(struct hyk_loader *l, struct hyk_str folder)
{
	struct hyk_commons_impl *best = l->top;

	for (size_t i = 0; i < l->commons.n; i++) {
		struct hyk_commons_impl *c = l->commons.entries[i].item;

		if (c != l->top && c->folder.n < folder.n && hyk_str_starts_with(folder, c->folder) &&
		    (best == l->top || c->folder.n > best->folder.n))
			best = c;
	}
	return best;
}

static void
read_zone(struct hyk_loader *l, const struct hyk_node *node, struct hyk_commons_impl *c)
{
	struct hyk_str name;
	enum hyk_status st;

	if (!hyk_reader_text(&l->r, node, "zone", &name))
		return;
	st = hyk_zone_get(name, &c->pub.zone);
	if (st == HYK_OK) {
		c->pub.zone_name = name;
		return;
	}
	c->pub.zone = hyk_zone_utc();
	if (st == HYK_E_NOMEM)
		l->r.nomem = true;
	else
		HYK_DIAG(l->r.diags, HYK_D_ZONE_UNKNOWN, l->r.src, node->span, name);
}

static void
read_languages(struct hyk_loader *l, const struct hyk_node *node, struct hyk_commons_impl *c)
{
	const struct hyk_str *tags;
	size_t n;

	if (!hyk_reader_texts(&l->r, node, "languages", &tags, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		const struct hyk_node *item = node->kind == HYK_NODE_LIST ? node->items[i] : node;

		if (!hyk_is_language_tag(tags[i]))
			HYK_DIAG(l->r.diags, HYK_D_TEXT_TAG, l->r.src, item->span, tags[i]);
	}
	c->pub.languages = tags;
	c->pub.n_languages = n;
}

static void
read_grants(struct hyk_loader *l, const struct hyk_node *node, struct hyk_commons_impl *c)
{
	struct hyk_grant *grants;

	c->says_grants = true;
	c->grants = NULL;
	c->n_grants = 0;
	if (!hyk_reader_is_list(&l->r, node, "may_decide"))
		return;
	grants = hyk_reader_alloc(&l->r, node->n, sizeof(*grants));
	for (size_t i = 0; grants && i < node->n; i++) {
		if (hyk_applies_check(l, node->items[i], &grants[c->n_grants]))
			c->n_grants++;
	}
	c->grants = grants;
}

/* The path by the folders below the commons above; for the topmost what it says itself. NULL p: told why. */
static struct hyk_str
path_of(struct hyk_loader *l, const struct hyk_document *doc, const struct hyk_commons_impl *up, struct hyk_str folder)
{
	const struct hyk_node *node = hyk_node_find(doc->root, "commons");
	struct hyk_str said = { NULL, 0 }, path = { NULL, 0 }, below = folder;

	if (node && !hyk_reader_text(&l->r, node, "commons", &said))
		return path;
	if (up == l->top) {
		if (!node)
			(void)hyk_reader_need(&l->r, doc->root, "commons", commons_what());
		else if (is_path(said))
			return said;
		else
			HYK_DIAG(l->r.diags, HYK_D_BAD_ID, l->r.src, node->span, said);
		return path;
	}
	below = hyk_str_make(folder.p + up->folder.n, folder.n - up->folder.n);
	if (below.n && below.p[below.n - 1] == '/')
		below.n--;
	path = hyk_arena_printf(l->r.arena, "%.*s/%.*s", HYK_STR_ARG(up->pub.path), HYK_STR_ARG(below));
	if (!path.p) {
		l->r.nomem = true;
		return path;
	}
	if (said.p && !hyk_str_eq(said, path) && !hyk_str_eq(said, below))
		HYK_DIAG(l->r.diags, HYK_D_COMMONS_PATH, l->r.src, node->span, said, path);
	else if (!is_path(path))
		HYK_DIAG(l->r.diags, HYK_D_BAD_ID, l->r.src, node ? node->span : HYK_NO_SPAN, path);
	return path;
}

static struct hyk_str
folder_of(struct hyk_str path)
{
	size_t n = path.n;

	while (n && path.p[n - 1] != '/')
		n--;
	return hyk_str_make(path.p, n);
}

static void
read_one(struct hyk_loader *l, const struct hyk_document *doc)
{
	static const char *const keys[] = { "commons", "parent", "title", "about", "zone", "languages", "may_decide",
		NULL };
	struct hyk_str folder = folder_of(doc->path), path, parent;
	struct hyk_commons_impl *up = above(l, folder), *c;
	const struct hyk_commons_impl *other;
	const struct hyk_node *node;

	l->r.src = doc->src;
	l->r.broken = doc->broken;
	hyk_reader_check_keys(&l->r, doc->root, commons_what(), keys);
	path = path_of(l, doc, up, folder);
	if (!path.p)
		return;
	other = hyk_map_find(&l->commons, path);
	if (other) {
		node = hyk_node_find(doc->root, "commons");
		HYK_DIAG(l->r.diags, HYK_D_COMMONS_TWICE, l->r.src, node ? node->span : HYK_NO_SPAN, path,
		    other->src ? other->src->name : HYK_STR("-"));
		return;
	}
	c = hyk_commons_make(l, path, up);
	if (!c)
		return;
	c->folder = folder;
	c->src = doc->src;
	node = hyk_node_find(doc->root, "parent");
	if (node && hyk_reader_text(&l->r, node, "parent", &parent) && !hyk_str_eq(parent, up->pub.path))
		HYK_DIAG(l->r.diags, HYK_D_COMMONS_PARENT, l->r.src, node->span, parent, up->pub.path);
	node = hyk_node_find(doc->root, "title");
	if (node)
		(void)hyk_reader_localized(&l->r, node, "title", &c->pub.title);
	node = hyk_node_find(doc->root, "zone");
	if (node)
		read_zone(l, node, c);
	else if (up == l->top)
		(void)hyk_reader_need(&l->r, doc->root, "zone", commons_what());
	node = hyk_node_find(doc->root, "languages");
	if (node)
		read_languages(l, node, c);
	node = hyk_node_find(doc->root, "may_decide");
	if (node && !l->data_only)
		read_grants(l, node, c);
}

void
hyk_commons_read_all(struct hyk_loader *l, const struct hyk_document *docs, size_t n)
{
	/* Parents first: those with fewer folders. */
	for (size_t depth = 0; depth <= 64; depth++) {
		for (size_t i = 0; i < n; i++) {
			size_t slashes = 0;

			if (docs[i].kind != HYK_DOC_COMMONS)
				continue;
			for (size_t k = 0; k < docs[i].path.n; k++)
				slashes += docs[i].path.p[k] == '/';
			if (slashes == depth)
				read_one(l, &docs[i]);
		}
	}
}

const struct hyk_commons_impl *
hyk_commons_of_folder(const struct hyk_loader *l, struct hyk_str path)
{
	const struct hyk_commons_impl *best = NULL;

	for (size_t i = 0; i < l->commons.n && path.n; i++) {
		const struct hyk_commons_impl *c = l->commons.entries[i].item;

		if (c->src && hyk_str_starts_with(path, c->folder) && (!best || c->folder.n > best->folder.n))
			best = c;
	}
	return best;
}

struct hyk_commons_impl *
hyk_commons_named(struct hyk_loader *l, const struct hyk_node *node, const char *key)
{
	struct hyk_commons_impl *c;
	struct hyk_str path, *names;

	if (node->kind == HYK_NODE_SCALAR && !node->text.n && node->style != HYK_STYLE_PLAIN) {
		HYK_DIAG0(l->r.diags, HYK_D_COMMONS_RESERVED, l->r.src, node->span);
		return NULL;
	}
	if (!hyk_reader_text(&l->r, node, key, &path))
		return NULL;
	c = hyk_map_find(&l->commons, path);
	if (c)
		return c;
	if (l->make_commons) {
		if (is_path(path)) {
			c = hyk_commons_make(l, path, l->top);
			if (c)
				c->grants_all = true;
			return c;
		}
		HYK_DIAG(l->r.diags, HYK_D_BAD_ID, l->r.src, node->span, path);
		return NULL;
	}
	names = hyk_reader_names(&l->r, l->commons.n);
	for (size_t i = 0; names && i < l->commons.n; i++)
		names[i] = l->commons.entries[i].key;
	hyk_reader_unknown(&l->r, HYK_D_COMMONS_UNKNOWN, node->span, path, HYK_STR(""), names,
	    names ? l->commons.n : 0);
	return NULL;
}
