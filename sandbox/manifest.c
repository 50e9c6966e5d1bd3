/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/manifest.h"

#include "base/utf8.h"
#include "sandbox/forms.h"
#include "sandbox/manifest_read.h"
#include "sandbox/wire_value.h"

static const struct hyk_refused refused[] = {
#define HYK_REFUSE(name, en, ko) { #name, en, ko },
#include "sandbox/refuse.def"
#undef HYK_REFUSE
};

/* Spelling only: the table with the functions belongs to the jail's side. */
static const struct hyk_str offered[] = {
#define HYK_ALLOW(library, name, function, reason) HYK_STR_INIT(#name),
#define HYK_ALLOW_NUMBER(library, name, push, reason) HYK_STR_INIT(#name),
#include "sandbox/allow.def"
#undef HYK_ALLOW
#undef HYK_ALLOW_NUMBER
	HYK_STR_INIT("string"),
	HYK_STR_INIT("table"),
	HYK_STR_INIT("math"),
	HYK_STR_INIT("utf8"),
	HYK_STR_INIT("time"),
	HYK_STR_INIT("params"),
};

const struct hyk_refused *
hyk_refused_find(struct hyk_str name)
{
	for (size_t i = 0; i < HYK_ARRAY_LEN(refused); i++)
		if (hyk_str_eq_c(name, refused[i].name))
			return &refused[i];
	return NULL;
}

struct hyk_str
hyk_refused_name_in(struct hyk_str m)
{
	static const struct hyk_str nil = HYK_STR_INIT("a nil value (");
	static const char *const kinds[] = { "global '", "field '", "method '" };
	size_t at = hyk_str_find(m, nil);

	if (at == SIZE_MAX)
		return hyk_str_make("", 0);
	m = hyk_str_make(m.p + at + nil.n, m.n - at - nil.n);
	for (size_t i = 0; i < HYK_ARRAY_LEN(kinds); i++) {
		struct hyk_str k = hyk_str_from_c(kinds[i]), rest;
		size_t end;

		if (!hyk_str_starts_with(m, k))
			continue;
		rest = hyk_str_make(m.p + k.n, m.n - k.n);
		end = hyk_str_find(rest, HYK_STR("'"));
		if (end != SIZE_MAX)
			return hyk_str_make(rest.p, end);
	}
	return hyk_str_make("", 0);
}

/* The line without its blanks; the whole file's start for line 0. */
static struct hyk_span
line_span(const struct hyk_source *src, uint32_t line)
{
	struct hyk_str t = src->text;
	size_t at = 0, end;

	for (uint32_t i = 1; i < line && at < t.n; i++) {
		const char *nl = memchr(t.p + at, '\n', t.n - at);

		if (!nl)
			break;
		at = (size_t)(nl - t.p) + 1;
	}
	while (at < t.n && (t.p[at] == ' ' || t.p[at] == '\t'))
		at++;
	end = at;
	while (end < t.n && t.p[end] != '\n' && t.p[end] != '\r')
		end++;
	return (struct hyk_span){ (uint32_t)at, (uint32_t)(end - at) };
}

/* The name within the line, when it stands there as a word. */
static struct hyk_span
name_span(const struct hyk_source *src, uint32_t line, struct hyk_str name)
{
	struct hyk_span s = line_span(src, line);
	struct hyk_str rest = { src->text.p + s.at, s.n };
	size_t at = name.n ? hyk_str_find(rest, name) : SIZE_MAX;

	return at == SIZE_MAX ? s : (struct hyk_span){ s.at + (uint32_t)at, (uint32_t)name.n };
}

struct hyk_str
hyk_reading_printable(struct hyk_arena *arena, struct hyk_str s)
{
	char *out = hyk_arena_alloc(arena, 304);
	size_t n = 0, at = 0;

	if (!out)
		return hyk_str_make("", 0);
	while (at < s.n && n < 300) {
		size_t was = at;
		uint32_t c = hyk_utf8_next(s, &at);

		if (c == HYK_UTF8_INVALID || c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
		    c == 0x2029)
			out[n++] = '?';
		else
			n += hyk_utf8_encode(c, out + n);
		(void)was;
	}
	return hyk_str_make(out, n);
}

static void
report(struct hyk_reading *r, enum hyk_box_load how, uint32_t line, struct hyk_str text)
{
	struct hyk_str name = hyk_refused_name_in(text);
	const struct hyk_refused *ref = name.n ? hyk_refused_find(name) : NULL;
	struct hyk_span span = line_span(r->src, line);
	struct hyk_diag *d;

	r->wrong = true;
	switch (how) {
	case HYK_BOX_SYNTAX:
		HYK_DIAG(r->diags, HYK_D_PLUGIN_SYNTAX, r->src, span, text);
		return;
	case HYK_BOX_RAISED:
		span = name_span(r->src, line, name);
		if (ref) {
			d = HYK_DIAG(r->diags, HYK_D_PLUGIN_NAME_REFUSED, r->src, span, name);
			hyk_diag_hint(
			    r->diags, d, hyk_str_from_c(ref->en), hyk_str_from_c(ref->ko));
		} else if (name.n) {
			d = HYK_DIAG(r->diags, HYK_D_PLUGIN_NAME_UNKNOWN, r->src, span, name);
			hyk_diag_suggest(
			    r->diags, d, hyk_str_nearest(name, offered, HYK_ARRAY_LEN(offered)));
		} else {
			HYK_DIAG(r->diags, HYK_D_PLUGIN_RAISED, r->src, span, text);
		}
		return;
	case HYK_BOX_BUDGET:
		HYK_DIAG0(r->diags, HYK_D_PLUGIN_BUDGET, r->src, span);
		return;
	case HYK_BOX_MEMORY:
		HYK_DIAG0(r->diags, HYK_D_PLUGIN_MEMORY, r->src, span);
		return;
	case HYK_BOX_TOO_LONG:
		HYK_DIAG(r->diags, HYK_D_PLUGIN_TOO_LONG, r->src, HYK_NO_SPAN, HYK_STR("65536"));
		return;
	case HYK_BOX_FORM:
	case HYK_BOX_LOADED:
	case HYK_BOX_N_LOADS:
		break;
	}
	HYK_DIAG(r->diags, HYK_D_PLUGIN_FORM, r->src, span, text);
}

static const struct hyk_part plugin_parts[] = {
	{ "name", HYK_PART_TEXT, true },
	{ "version", HYK_PART_TEXT, true },
	{ "api", HYK_PART_INT, true },
	{ "title", HYK_PART_ANY, false },
	{ "reads", HYK_PART_TEXT_LIST, false },
	{ "params", HYK_PART_MAP, false },
	{ "asset_types", HYK_PART_LIST, false },
	{ "subject_types", HYK_PART_LIST, false },
	{ "duties", HYK_PART_LIST, false },
	{ "hooks", HYK_PART_TEXT_LIST, false },
	{ "workflow", HYK_PART_MAP, false },
	{ "line", HYK_PART_INT, false },
};
static const struct hyk_part type_parts[] = {
	{ "name", HYK_PART_TEXT, true },
	{ "extends", HYK_PART_TEXT, false },
	{ "title", HYK_PART_ANY, false },
	{ "exclusive", HYK_PART_ANY, false },
	{ "registered", HYK_PART_BOOL, false },
	{ "facts", HYK_PART_MAP, false },
	{ "subject", HYK_PART_MAP, false },
	{ "context", HYK_PART_MAP, false },
	{ "actions", HYK_PART_MAP, false },
	{ "workflow", HYK_PART_MAP, false },
	{ "line", HYK_PART_INT, false },
};
static const struct hyk_part subject_parts[] = {
	{ "name", HYK_PART_TEXT, true },
	{ "extends", HYK_PART_TEXT, false },
	{ "title", HYK_PART_ANY, false },
	{ "registered", HYK_PART_BOOL, false },
	{ "facts", HYK_PART_MAP, false },
	{ "line", HYK_PART_INT, false },
};
static const struct hyk_part duty_parts[] = {
	{ "name", HYK_PART_TEXT, true },
	{ "title", HYK_PART_ANY, false },
	{ "terms", HYK_PART_MAP, false },
	{ "evidence", HYK_PART_MAP, false },
	{ "line", HYK_PART_INT, false },
};

static bool
is_list_of_text(struct hyk_value v)
{
	for (uint32_t i = 0; i < v.as.list->n; i++)
		if (v.as.list->items[i].kind != HYK_STRING)
			return false;
	return true;
}

static bool
fits(const struct hyk_part *p, struct hyk_value v)
{
	bool empty = v.kind == HYK_MAP && v.as.map->n == 0;

	switch (p->kind) {
	case HYK_PART_TEXT:
		return v.kind == HYK_STRING && v.n > 0 && v.n <= 128;
	case HYK_PART_INT:
		return v.kind == HYK_INT;
	case HYK_PART_BOOL:
		return v.kind == HYK_BOOL;
	case HYK_PART_MAP:
		return v.kind == HYK_MAP;
	case HYK_PART_LIST:
		return empty || v.kind == HYK_LIST;
	case HYK_PART_TEXT_LIST:
		return empty || (v.kind == HYK_LIST && is_list_of_text(v));
	case HYK_PART_ANY:
		return true;
	}
	return false;
}

static struct hyk_str
kind_words(enum hyk_part_kind k)
{
	switch (k) {
	case HYK_PART_TEXT:
		return HYK_STR("a text");
	case HYK_PART_INT:
		return HYK_STR("an integer");
	case HYK_PART_BOOL:
		return HYK_STR("true or false");
	case HYK_PART_MAP:
		return HYK_STR("a table with names");
	case HYK_PART_LIST:
		return HYK_STR("a list");
	case HYK_PART_TEXT_LIST:
		return HYK_STR("a list of texts");
	case HYK_PART_ANY:
		break;
	}
	return HYK_STR("a value");
}

void
hyk_reading_wrong_part(struct hyk_reading *r, struct hyk_str what, struct hyk_str name, struct hyk_str words,
    uint32_t line)
{
	r->wrong = true;
	HYK_DIAG(r->diags, HYK_D_PLUGIN_PART_WRONG, r->src, line_span(r->src, line), what, name, words);
}

void
hyk_reading_check_parts(struct hyk_reading *r, struct hyk_str what, struct hyk_value v, const struct hyk_part *parts,
    size_t n, uint32_t line)
{
	struct hyk_str names[HYK_MAX_PARTS];

	HYK_ASSERT(n <= HYK_MAX_PARTS);

	for (size_t i = 0; i < n; i++) {
		names[i] = hyk_str_from_c(parts[i].name);
		if (parts[i].required && !hyk_vmap_find_str(v.as.map, names[i])) {
			r->wrong = true;
			HYK_DIAG(r->diags, HYK_D_PLUGIN_PART_MISSING, r->src,
			    line_span(r->src, line), what, names[i]);
		}
	}
	for (uint32_t i = 0; i < v.as.map->n; i++) {
		struct hyk_str key = hyk_value_str(v.as.map->entries[i].key);
		const struct hyk_part *p = NULL;
		struct hyk_diag *d;

		for (size_t k = 0; k < n; k++)
			if (hyk_str_eq(key, names[k]))
				p = &parts[k];
		if (!p) {
			r->wrong = true;
			d = HYK_DIAG(r->diags, HYK_D_PLUGIN_PART_UNKNOWN, r->src,
			    line_span(r->src, line), what, hyk_reading_printable(r->arena, key));
			hyk_diag_suggest(r->diags, d, hyk_str_nearest(key, names, n));
		} else if (!fits(p, v.as.map->entries[i].value)) {
			hyk_reading_wrong_part(r, what, key, kind_words(p->kind), line);
		}
	}
}

static uint32_t
line_of(struct hyk_value v)
{
	const struct hyk_value *line = hyk_value_get(v, "line");

	return line && line->kind == HYK_INT && line->as.i > 0 && line->as.i < 1000000
	    ? (uint32_t)line->as.i
	    : 0;
}

static void
check_list(struct hyk_reading *r, struct hyk_value plugin, const char *list, const char *word,
    const struct hyk_part *parts, size_t n_parts)
{
	const struct hyk_value *v = hyk_value_get(plugin, list);

	if (!v || v->kind != HYK_LIST)
		return;
	for (uint32_t i = 0; i < v->as.list->n; i++) {
		struct hyk_value item = v->as.list->items[i];
		const struct hyk_value *name, *other;
		struct hyk_str what = hyk_str_from_c(word);

		if (item.kind != HYK_MAP) {
			r->wrong = true;
			HYK_DIAG0(r->diags, HYK_D_JAIL_ANSWER, r->src, HYK_NO_SPAN);
			continue;
		}
		name = hyk_value_get(item, "name");
		if (name && name->kind == HYK_STRING)
			what = hyk_arena_printf(r->arena, "%s '%.*s'", word,
			    HYK_STR_ARG(hyk_reading_printable(r->arena, hyk_value_str(*name))));
		hyk_reading_check_parts(r, what, item, parts, n_parts, line_of(item));
		for (uint32_t k = 0; name && name->kind == HYK_STRING && k < i; k++) {
			other = hyk_value_get(v->as.list->items[k], "name");
			if (other && hyk_value_equal(*other, *name)) {
				r->wrong = true;
				HYK_DIAG(r->diags, HYK_D_PLUGIN_TWICE, r->src,
				    line_span(r->src, line_of(item)), hyk_str_from_c(word),
				    hyk_reading_printable(r->arena, hyk_value_str(*name)));
				break;
			}
		}
	}
}

/* An empty table is an empty map; where a list is meant it becomes an empty list, and absent parts
 * are given. */
static bool
settle(struct hyk_reading *r, struct hyk_value *v)
{
	static const char *const lists[] = { "reads", "asset_types", "subject_types", "duties",
		"hooks" };
	struct hyk_mapb b;

	hyk_mapb_init(&b, r->arena);
	for (uint32_t i = 0; i < v->as.map->n; i++) {
		struct hyk_ventry e = v->as.map->entries[i];

		for (size_t k = 0; k < HYK_ARRAY_LEN(lists); k++)
			if (hyk_str_eq_c(hyk_value_str(e.key), lists[k]) && e.value.kind == HYK_MAP)
				e.value = hyk_list(r->arena, NULL, 0);
		if (!hyk_mapb_add(&b, e.key, e.value))
			return false;
	}
	for (size_t k = 0; k < HYK_ARRAY_LEN(lists); k++)
		if (!hyk_value_get(*v, lists[k]) &&
		    !hyk_mapb_add_c(&b, lists[k], hyk_list(r->arena, NULL, 0)))
			return false;
	if (!hyk_value_get(*v, "params")) {
		struct hyk_mapb none;

		hyk_mapb_init(&none, r->arena);
		if (!hyk_mapb_add_c(&b, "params", hyk_mapb_finish(&none, NULL)))
			return false;
	}
	*v = hyk_mapb_finish(&b, NULL);
	return v->kind == HYK_MAP;
}

/* The plugin's own, and those of its types. */
static void
check_workflows(struct hyk_reading *r, struct hyk_value plugin)
{
	const struct hyk_value *w = hyk_value_get(plugin, "workflow"), *types = hyk_value_get(plugin, "asset_types");

	if (w && w->kind == HYK_MAP)
		hyk_reading_check_workflow(r, *w, line_of(plugin));
	for (uint32_t i = 0; types && types->kind == HYK_LIST && i < types->as.list->n; i++) {
		w = hyk_value_get(types->as.list->items[i], "workflow");
		if (w && w->kind == HYK_MAP)
			hyk_reading_check_workflow(r, *w, line_of(types->as.list->items[i]));
	}
}

static void
check_plugin(struct hyk_reading *r, struct hyk_value v)
{
	const struct hyk_value *api = hyk_value_get(v, "api");
	uint32_t line = line_of(v);

	hyk_reading_check_parts(
	    r, HYK_STR("plugin { ... }"), v, plugin_parts, HYK_ARRAY_LEN(plugin_parts), line);
	if (api && api->kind == HYK_INT && api->as.i != 1) {
		r->wrong = true;
		HYK_DIAG(r->diags, HYK_D_PLUGIN_API, r->src, line_span(r->src, line),
		    hyk_arena_printf(r->arena, "%lld", (long long)api->as.i));
	}
	check_list(r, v, "asset_types", "asset_type", type_parts, HYK_ARRAY_LEN(type_parts));
	check_list(
	    r, v, "subject_types", "subject_type", subject_parts, HYK_ARRAY_LEN(subject_parts));
	check_list(r, v, "duties", "duty", duty_parts, HYK_ARRAY_LEN(duty_parts));
	check_workflows(r, v);
}

enum hyk_status
hyk_manifest_read(struct hyk_wire_in *reply, const struct hyk_jail_source *sources, size_t n,
    struct hyk_arena *arena, struct hyk_value *ret_manifests, struct hyk_diags *diags)
{
	bool wrong = false;

	for (size_t i = 0; i < n; i++) {
		struct hyk_reading r = { .arena = arena, .diags = diags };
		struct hyk_wire_path path;
		struct hyk_wire_in one;
		struct hyk_value v;
		uint8_t how = hyk_wire_get_u8(reply);

		r.src = hyk_source_new(arena, sources[i].name, sources[i].text);
		if (!r.src)
			return HYK_E_NOMEM;
		if (how != HYK_BOX_LOADED) {
			uint32_t line = hyk_wire_get_u32(reply);
			struct hyk_str text = hyk_wire_get_str(reply);

			if (reply->bad || how >= HYK_BOX_N_LOADS)
				goto out;
			report(&r, (enum hyk_box_load)how, line, hyk_reading_printable(arena, text));
			wrong = true;
			continue;
		}
		/* The limit of bytes is each manifest's own. */
		hyk_wire_path_init(&path);
		one = (struct hyk_wire_in){ reply->p + reply->at, reply->n - reply->at, 0,
			reply->bad };
		if (one.n > hyk_box_manifest_limits.bytes)
			one.n = hyk_box_manifest_limits.bytes;
		if (!hyk_wire_get_value(&one, &hyk_box_manifest_limits, arena, &v, &path))
			goto out;
		reply->at += one.at;
		if (sources[i].is_body) {
			if (v.kind != HYK_NULL)
				goto out;
			ret_manifests[i] = v;
			continue;
		}
		if (v.kind != HYK_MAP)
			goto out;
		check_plugin(&r, v);
		if (!settle(&r, &v))
			return HYK_E_NOMEM;
		ret_manifests[i] = v;
		wrong = wrong || r.wrong;
	}
	return wrong ? HYK_E_INVALID : HYK_OK;
out:
	HYK_DIAG0(diags, HYK_D_JAIL_ANSWER, NULL, HYK_NO_SPAN);
	return HYK_E_FAULT;
}
