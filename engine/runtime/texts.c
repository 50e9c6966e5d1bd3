/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/texts.c - see texts.h. */
#include "runtime/texts.h"

#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"

#define MAX_FILES 10000u
#define MAX_DEPTH 16u

extern const char hyk_builtin_asset_lua[];
extern const size_t hyk_builtin_asset_lua_size;
extern const char hyk_builtin_engine_yaml[];
extern const size_t hyk_builtin_engine_yaml_size;

static enum hyk_status
add_file(struct hyk_texts *t, struct hyk_arena *arena, struct hyk_str kind, struct hyk_str path, struct hyk_str shown,
    struct hyk_str text)
{
	struct hyk_text_file *f;

	if (t->n >= MAX_FILES)
		return HYK_E_LIMIT;
	if (t->n == t->room) {
		t->files = hyk_arena_grow(arena, t->files, t->n, &t->room, sizeof(*t->files));
		if (t->files == NULL)
			return HYK_E_NOMEM;
	}
	f = &t->files[t->n];
	f->kind = kind;
	f->path = path;
	f->src = hyk_source_new(arena, shown, text);
	if (f->src == NULL)
		return HYK_E_NOMEM;
	t->n++;
	return HYK_OK;
}

static bool
wanted(struct hyk_str kind, struct hyk_str name, unsigned depth)
{
	if (hyk_str_eq_c(kind, "plugin")) {
		if (depth == 0)
			return false;
		if (hyk_str_eq_c(name, "plugin.lua"))
			return true;
	}
	if (hyk_str_eq_c(kind, "commons") && hyk_str_ends_with(name, HYK_STR(".geojson")))
		return true;
	return hyk_str_ends_with(name, HYK_STR(".yaml")) || hyk_str_ends_with(name, HYK_STR(".yml"));
}

/* What authors copy is no plugin of any commons. */
static bool
skipped(struct hyk_str kind, struct hyk_str name, unsigned depth)
{
	return depth == 0 && hyk_str_eq_c(kind, "plugin") && hyk_str_eq_c(name, HYK_TEXTS_TEMPLATE);
}

static bool
has_part(struct hyk_str name, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= name.n; i++)
		if (strncasecmp(name.p + i, part, n) == 0)
			return true;
	return false;
}

/* Somebody meant it to be read: "rules.YAML", "rules.yaml.txt", "plugn.lua", a policy in JSON. */
static bool
looks_meant(struct hyk_str name)
{
	static const char *const parts[] = { ".yaml", ".yml", ".lua", ".json", ".geojson" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(parts); i++)
		if (has_part(name, parts[i]))
			return !hyk_str_ends_with(name, HYK_STR("~"));
	return false;
}

/* `dir` is the path on disk, `rel` what is below the root ("" or ending in '/'). */
static enum hyk_status
read_folder(struct hyk_texts *t, struct hyk_arena *arena, struct hyk_str kind, struct hyk_str dir, struct hyk_str rel,
    unsigned depth, struct hyk_diags *diags)
{
	struct hyk_str *names;
	bool *is_dir;
	size_t n;
	enum hyk_status st, first = HYK_OK;

	if (depth > MAX_DEPTH)
		return HYK_E_LIMIT;
	st = hyk_file_list(arena, dir, &names, &is_dir, &n, diags);
	if (st != HYK_OK)
		return st;
	for (size_t i = 0; i < n; i++) {
		struct hyk_str disk, path, text;

		if (is_dir[i] && skipped(kind, names[i], depth))
			continue;
		if (!is_dir[i] && !wanted(kind, names[i], depth)) {
			if (looks_meant(names[i]))
				HYK_DIAG(diags, HYK_D_FILE_NOT_READ, NULL, HYK_NO_SPAN,
				    hyk_arena_printf(arena, "%.*s/%.*s", HYK_STR_ARG(dir), HYK_STR_ARG(names[i])));
			continue;
		}
		disk = hyk_arena_printf(arena, "%.*s/%.*s", HYK_STR_ARG(dir), HYK_STR_ARG(names[i]));
		path = hyk_arena_printf(arena, "%.*s%.*s%s", HYK_STR_ARG(rel), HYK_STR_ARG(names[i]),
		    is_dir[i] ? "/" : "");
		if (disk.p == NULL || path.p == NULL)
			return HYK_E_NOMEM;
		if (is_dir[i]) {
			st = read_folder(t, arena, kind, disk, path, depth + 1, diags);
		} else {
			st = hyk_file_read(arena, disk, HYK_SOURCE_MAX_BYTES, &text, diags);
			if (st == HYK_OK)
				st = add_file(t, arena, kind, path, disk, text);
		}
		if (st == HYK_E_NOMEM || st == HYK_E_LIMIT)
			return st;
		if (first == HYK_OK)
			first = st; /* go on: an author wants to hear of every unreadable file at once */
	}
	return first;
}

static struct hyk_str
without_slash(const char *dir)
{
	struct hyk_str s = hyk_str_from_c(dir);

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

enum hyk_status
hyk_texts_read_folders(struct hyk_texts *t, struct hyk_arena *arena, const char *commons_dir, const char *plugins_dir,
    struct hyk_diags *diags)
{
	enum hyk_status a = HYK_OK, b = HYK_OK;

	if (commons_dir != NULL)
		a = read_folder(t, arena, HYK_STR("commons"), without_slash(commons_dir), HYK_STR(""), 0, diags);
	if (plugins_dir != NULL)
		b = read_folder(t, arena, HYK_STR("plugin"), without_slash(plugins_dir), HYK_STR(""), 0, diags);
	return a != HYK_OK ? a : b;
}

enum hyk_status
hyk_texts_read_plugin(struct hyk_texts *t, struct hyk_arena *arena, const char *dir, struct hyk_diags *diags)
{
	struct hyk_str path = without_slash(dir), rel;
	const char *slash = memrchr(path.p, '/', path.n);

	rel = slash == NULL ? path : hyk_str_make(slash + 1, (size_t)(path.p + path.n - (slash + 1)));
	rel = hyk_arena_printf(arena, "%.*s/", HYK_STR_ARG(rel));
	if (rel.p == NULL)
		return HYK_E_NOMEM;
	return read_folder(t, arena, HYK_STR("plugin"), path, rel, 1, diags);
}

enum hyk_status
hyk_texts_from_store(struct hyk_texts *t, struct hyk_arena *arena, const struct hyk_store_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum hyk_status st = add_file(t, arena, files[i].kind, files[i].path, files[i].path, files[i].text);

		if (st != HYK_OK)
			return st;
	}
	return HYK_OK;
}

const struct hyk_source *
hyk_texts_root_plugin(struct hyk_arena *arena)
{
	return hyk_source_new(arena, HYK_STR("<built-in>/asset.lua"),
	    hyk_str_make(hyk_builtin_asset_lua, hyk_builtin_asset_lua_size));
}

const struct hyk_source *
hyk_texts_engine_policy(struct hyk_arena *arena)
{
	return hyk_source_new(arena, HYK_STR("<built-in>/engine.yaml"),
	    hyk_str_make(hyk_builtin_engine_yaml, hyk_builtin_engine_yaml_size));
}

static uint64_t
mix(uint64_t h, uint64_t x)
{
	h ^= x;
	h *= 1099511628211u;
	return h ^ (h >> 29);
}

static uint64_t
mark_folder(uint64_t h, struct hyk_str dir, unsigned depth)
{
	struct hyk_arena arena;
	struct hyk_str *names;
	bool *is_dir;
	size_t n = 0;

	if (depth > MAX_DEPTH)
		return h;
	hyk_arena_init(&arena, 0);
	if (hyk_file_list(&arena, dir, &names, &is_dir, &n, NULL) != HYK_OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct hyk_str path = hyk_arena_printf(&arena, "%.*s/%.*s", HYK_STR_ARG(dir), HYK_STR_ARG(names[i]));
		struct stat sb;

		if (path.p == NULL)
			break;
		if (is_dir[i]) {
			h = mark_folder(h, path, depth + 1);
			continue;
		}
		if (stat(path.p, &sb) != 0)
			continue;
		h = mix(h, hyk_str_hash(path));
		h = mix(h, (uint64_t)sb.st_size);
		h = mix(h, (uint64_t)sb.st_ino);
		h = mix(h, (uint64_t)sb.st_mtim.tv_sec * 1000000000u + (uint64_t)sb.st_mtim.tv_nsec);
	}
	hyk_arena_fini(&arena);
	return h;
}

uint64_t
hyk_texts_mark_folders(const char *commons_dir, const char *plugins_dir)
{
	uint64_t h = 14695981039346656037u;

	if (commons_dir != NULL)
		h = mark_folder(h, without_slash(commons_dir), 0);
	if (plugins_dir != NULL)
		h = mark_folder(h, without_slash(plugins_dir), 0);
	return h;
}
