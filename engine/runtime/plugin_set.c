/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/plugin_set.c - see plugin_set.h. */
#include "runtime/plugin_set.h"

#include <sys/stat.h>

#include "runtime/texts.h"

static bool
is_lua(const struct hyk_text_file *f)
{
	return hyk_str_ends_with(f->path, HYK_STR(".lua"));
}

/* Messages keep the name that the author gave, so two names of one file are told apart by the disk.
 */
static bool
is_same_file(struct hyk_arena *arena, struct hyk_str a, struct hyk_str b)
{
	struct hyk_str za = hyk_arena_dup(arena, a), zb = hyk_arena_dup(arena, b);
	struct stat sa, sb;

	return za.p != NULL && zb.p != NULL && stat(za.p, &sa) == 0 && stat(zb.p, &sb) == 0 &&
	    sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

static bool
is_own(const struct hyk_plugin_query *q, const struct hyk_texts *own, struct hyk_arena *arena,
    struct hyk_str name)
{
	for (size_t i = 0; i < own->n; i++)
		if (is_lua(&own->files[i]) && is_same_file(arena, own->files[i].src->name, name))
			return true;
	return q->file != NULL && is_same_file(arena, q->file->name, name);
}

static enum hyk_status
read_texts(const struct hyk_plugin_query *q, struct hyk_arena *arena, struct hyk_texts *neighbours,
    struct hyk_texts *own, struct hyk_diags *diags)
{
	enum hyk_status st = HYK_OK;
	bool any = false;

	if (q->plugins_dir != NULL)
		st = hyk_texts_read_folders(neighbours, arena, NULL, q->plugins_dir, diags);
	if (st == HYK_OK && q->own_dir != NULL)
		st = hyk_texts_read_plugin(own, arena, q->own_dir, diags);
	for (size_t i = 0; i < own->n; i++)
		any = any || is_lua(&own->files[i]);
	if (st == HYK_OK && q->own_dir != NULL && !any) {
		HYK_DIAG(diags, HYK_D_FILE_NOT_FOUND, NULL, HYK_NO_SPAN,
		    hyk_arena_printf(arena, "%s/plugin.lua", q->own_dir));
		st = HYK_E_NOT_FOUND;
	}
	return st;
}

static enum hyk_status
collect(struct hyk_plugin_set *s, const struct hyk_plugin_query *q, struct hyk_arena *arena,
    struct hyk_diags *diags)
{
	struct hyk_texts neighbours = { 0 }, own = { 0 };
	enum hyk_status st = read_texts(q, arena, &neighbours, &own, diags);

	if (st != HYK_OK)
		return st;
	s->srcs = hyk_arena_array(arena, neighbours.n + own.n + 2, sizeof(*s->srcs));
	if (s->srcs == NULL)
		return HYK_E_NOMEM;
	s->srcs[s->n++] = hyk_texts_root_plugin(arena);
	if (s->srcs[0] == NULL)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < neighbours.n; i++)
		if (is_lua(&neighbours.files[i]) &&
		    !is_own(q, &own, arena, neighbours.files[i].src->name))
			s->srcs[s->n++] = neighbours.files[i].src;
	s->first_own = s->n;
	for (size_t i = 0; i < own.n; i++)
		if (is_lua(&own.files[i]))
			s->srcs[s->n++] = own.files[i].src;
	if (q->file != NULL)
		s->srcs[s->n++] = q->file;
	return HYK_OK;
}

static enum hyk_status
load(struct hyk_plugin_set *s, const struct hyk_plugin_query *q, struct hyk_arena *arena,
    struct hyk_diags *diags)
{
	struct hyk_jail_options o = { .program = q->jail_program, .cpu = -1, .params = q->params };
	struct hyk_jail_source *sources = hyk_arena_array(arena, s->n, sizeof(*sources));
	struct hyk_plugin_text *texts = hyk_arena_array(arena, s->n, sizeof(*texts));
	struct hyk_catalog *catalog = NULL;
	enum hyk_status st;

	s->manifests = hyk_arena_array(arena, s->n, sizeof(*s->manifests));
	if (sources == NULL || texts == NULL || s->manifests == NULL)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < s->n; i++) {
		sources[i].name = s->srcs[i]->name;
		sources[i].text = s->srcs[i]->text;
	}
	st = hyk_jail_open(&o, sources, s->n, arena, &s->jail, s->manifests, diags);
	if (st != HYK_OK)
		return st;
	for (size_t i = 0; i < s->n; i++)
		texts[i] = (struct hyk_plugin_text){ s->srcs[i], s->manifests[i] };
	st = hyk_catalog_build(texts, s->n, arena, &catalog, diags);
	s->catalog = catalog;
	return st;
}

enum hyk_status
hyk_plugin_set_open(const struct hyk_plugin_query *q, struct hyk_arena *arena,
    struct hyk_plugin_set *ret_set, struct hyk_diags *diags)
{
	struct hyk_plugin_set s = { 0 };
	enum hyk_status st = collect(&s, q, arena, diags);

	if (st == HYK_OK)
		st = load(&s, q, arena, diags);
	if (st != HYK_OK)
		hyk_plugin_set_close(&s);
	*ret_set = s;
	return st;
}

void
hyk_plugin_set_close(struct hyk_plugin_set *s)
{
	hyk_jail_close(s->jail);
	s->jail = NULL;
}
