/* SPDX-License-Identifier: Apache-2.0 */
/* value/type_parse.c - "map<string, {a: int, b?: list<date>}>" as a type. */
#include "value/schema.h"

#define NESTING_MAX 8u
#define FIELDS_MAX 256u

struct parser {
	struct hyk_arena *arena;
	struct hyk_str text;
	size_t at;
	const struct hyk_source *src;
	struct hyk_span span;
	struct hyk_diags *diags;
	enum hyk_status st;
};

static const struct {
	struct hyk_str name;
	enum hyk_type_kind kind;
} basics[] = {
	{ HYK_STR_INIT("bool"), HYK_T_BOOL }, { HYK_STR_INIT("int"), HYK_T_INT }, { HYK_STR_INIT("uint"), HYK_T_UINT },
	{ HYK_STR_INIT("double"), HYK_T_DOUBLE }, { HYK_STR_INIT("string"), HYK_T_STRING },
	{ HYK_STR_INIT("bytes"), HYK_T_BYTES }, { HYK_STR_INIT("timestamp"), HYK_T_TIMESTAMP },
	{ HYK_STR_INIT("date"), HYK_T_DATE }, { HYK_STR_INIT("duration"), HYK_T_DURATION },
	{ HYK_STR_INIT("dyn"), HYK_T_DYN }
};

static const struct hyk_type *parse(struct parser *ps, unsigned depth);

static const struct hyk_type *
expected(struct parser *ps, const char *en, const char *ko)
{
	ps->st = HYK_E_INVALID;
	HYK_DIAG(ps->diags, HYK_D_TYPE_SYNTAX, ps->src, ps->span, ps->text, hyk_str_from_c(en), hyk_str_from_c(ko));
	return NULL;
}

static const struct hyk_type *
no_memory(struct parser *ps)
{
	ps->st = ps->arena->overflowed ? HYK_E_LIMIT : HYK_E_NOMEM;
	HYK_DIAG0(ps->diags, HYK_D_NO_MEMORY, NULL, HYK_NO_SPAN);
	return NULL;
}

static void
skip_blanks(struct parser *ps)
{
	while (ps->at < ps->text.n && (ps->text.p[ps->at] == ' ' || ps->text.p[ps->at] == '\t' ||
					  ps->text.p[ps->at] == '\n' || ps->text.p[ps->at] == '\r'))
		ps->at++;
}

static bool
take(struct parser *ps, char c)
{
	skip_blanks(ps);
	if (ps->at >= ps->text.n || ps->text.p[ps->at] != c)
		return false;
	ps->at++;
	return true;
}

/* A name: ASCII letters, digits, underscores, and any other script. Empty when there is none. */
static struct hyk_str
take_name(struct parser *ps)
{
	size_t from;

	skip_blanks(ps);
	from = ps->at;
	while (ps->at < ps->text.n) {
		unsigned char c = (unsigned char)ps->text.p[ps->at];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		if (!letter && c != '_' && c < 0x80 && (ps->at == from || c < '0' || c > '9'))
			break;
		ps->at++;
	}
	return hyk_str_make(ps->text.p + from, ps->at - from);
}

static const struct hyk_type *
parse_list(struct parser *ps, unsigned depth)
{
	const struct hyk_type *elem, *t;

	if (!take(ps, '<'))
		return expected(ps, "'<' after list, as in list<string>", "list 뒤에 list<string>처럼 '<'");
	elem = parse(ps, depth);
	if (!elem)
		return NULL;
	if (!take(ps, '>'))
		return expected(ps, "'>' at the end of list<...>", "list<...> 끝에 '>'");
	t = hyk_type_list(ps->arena, elem);
	return t ? t : no_memory(ps);
}

static const struct hyk_type *
parse_map(struct parser *ps, unsigned depth)
{
	const struct hyk_type *key, *elem, *t;

	if (!take(ps, '<'))
		return expected(ps, "'<' after map, as in map<string, int>", "map 뒤에 map<string, int>처럼 '<'");
	key = parse(ps, depth);
	if (!key)
		return NULL;
	if (key->kind != HYK_T_STRING && key->kind != HYK_T_INT && key->kind != HYK_T_UINT &&
	    key->kind != HYK_T_BOOL) {
		struct hyk_buf b;

		hyk_buf_init(&b, 0);
		hyk_type_write(&b, key);
		ps->st = HYK_E_INVALID;
		HYK_DIAG(ps->diags, HYK_D_TYPE_MAP_KEY, ps->src, ps->span, hyk_buf_peek(&b));
		hyk_buf_fini(&b);
		return NULL;
	}
	if (!take(ps, ','))
		return expected(ps, "',' between key and value of map<...>", "map<...>의 키와 값 사이에 ','");
	elem = parse(ps, depth);
	if (!elem)
		return NULL;
	if (!take(ps, '>'))
		return expected(ps, "'>' at the end of map<...>", "map<...> 끝에 '>'");
	t = hyk_type_map(ps->arena, key, elem);
	return t ? t : no_memory(ps);
}

static bool
parse_field(struct parser *ps, struct hyk_type *record, struct hyk_field *f, unsigned depth)
{
	*f = (struct hyk_field){ .slot = HYK_NO_SLOT };
	f->name = take_name(ps);
	if (!f->name.n)
		return expected(ps, "the name of a field", "필드 이름") != NULL;
	if (hyk_type_find_field(record, f->name)) {
		ps->st = HYK_E_INVALID;
		HYK_DIAG(ps->diags, HYK_D_TYPE_FIELD_TWICE, ps->src, ps->span, f->name);
		return false;
	}
	f->name = hyk_arena_dup(ps->arena, f->name);
	if (!f->name.p)
		return no_memory(ps) != NULL;
	f->optional = take(ps, '?');
	if (!take(ps, ':'))
		return expected(ps, "':' after the name of a field", "필드 이름 뒤에 ':'") != NULL;
	f->type = parse(ps, depth);
	return f->type != NULL;
}

static const struct hyk_type *
parse_record(struct parser *ps, unsigned depth)
{
	struct hyk_type *record = hyk_arena_alloc(ps->arena, sizeof(*record));
	struct hyk_field *fields = NULL;
	size_t room = 0;

	if (!record)
		return no_memory(ps);
	record->kind = HYK_T_RECORD;
	if (take(ps, '}'))
		return record;
	do {
		if (record->n_fields == FIELDS_MAX)
			return expected(ps, "at most 256 fields", "256개보다 적은 필드");
		if (record->n_fields == room) {
			fields = hyk_arena_grow(ps->arena, fields, record->n_fields, &room, sizeof(*fields));
			if (!fields)
				return no_memory(ps);
			record->fields = fields;
		}
		if (!parse_field(ps, record, &fields[record->n_fields], depth))
			return NULL;
		record->n_fields++;
	} while (take(ps, ','));
	if (!take(ps, '}'))
		return expected(ps, "',' or '}' after a field", "필드 뒤에 ',' 또는 '}'");
	return record;
}

static const struct hyk_type *
unknown_type(struct parser *ps, struct hyk_str name)
{
	struct hyk_str names[HYK_ARRAY_LEN(basics) + 2] = { HYK_STR("list"), HYK_STR("map") };
	struct hyk_diag *diag;

	for (size_t i = 0; i < HYK_ARRAY_LEN(basics); i++)
		names[i + 2] = basics[i].name;
	ps->st = HYK_E_INVALID;
	diag = HYK_DIAG(ps->diags, HYK_D_TYPE_UNKNOWN, ps->src, ps->span, name);
	hyk_diag_suggest(ps->diags, diag, hyk_str_nearest(name, names, HYK_ARRAY_LEN(names)));
	return NULL;
}

static const struct hyk_type *
parse(struct parser *ps, unsigned depth)
{
	struct hyk_str name;

	if (depth > NESTING_MAX) {
		ps->st = HYK_E_LIMIT;
		HYK_DIAG(ps->diags, HYK_D_TYPE_DEPTH, ps->src, ps->span, ps->text, HYK_STR("8"));
		return NULL;
	}
	if (take(ps, '{'))
		return parse_record(ps, depth + 1);
	name = take_name(ps);
	if (!name.n)
		return expected(ps, "the name of a type", "형식 이름");
	for (size_t i = 0; i < HYK_ARRAY_LEN(basics); i++) {
		if (hyk_str_eq(name, basics[i].name))
			return hyk_type_basic(basics[i].kind);
	}
	if (hyk_str_eq(name, HYK_STR("list")))
		return parse_list(ps, depth + 1);
	if (hyk_str_eq(name, HYK_STR("map")))
		return parse_map(ps, depth + 1);
	return unknown_type(ps, name);
}

enum hyk_status
hyk_type_parse(struct hyk_arena *a, struct hyk_str text, const struct hyk_source *src, struct hyk_span span,
    const struct hyk_type **ret_type, struct hyk_diags *diags)
{
	struct parser ps = { .arena = a, .text = text, .src = src, .span = span, .diags = diags };
	const struct hyk_type *t = parse(&ps, 0);

	skip_blanks(&ps);
	if (t && ps.at < text.n)
		t = expected(&ps, "nothing more after the type", "형식 뒤에 아무것도 없음");
	if (t)
		*ret_type = t;
	return ps.st;
}
