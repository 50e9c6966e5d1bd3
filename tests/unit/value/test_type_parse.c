/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "value/schema.h"

static struct hyk_arena arena;
static struct hyk_diags diags;

static void
check_type(const char *text, const char *want)
{
	const struct hyk_type *t = NULL;
	struct hyk_buf b;

	hyk_diags_init(&diags, &arena);
	if (!CHECK(hyk_type_parse(&arena, hyk_str_from_c(text), NULL, HYK_NO_SPAN, &t, &diags) == HYK_OK && t)) {
		fprintf(stderr, "    %s\n", text);
		return;
	}
	hyk_buf_init(&b, 0);
	hyk_type_write(&b, t);
	CHECK_STR(hyk_buf_peek(&b), want);
	CHECK_INT(diags.n_errors, 0);
	hyk_buf_fini(&b);
}

static void
check_bad(const char *text, enum hyk_status want, enum hyk_diag_id id, const char *message)
{
	const struct hyk_type *t = NULL;

	hyk_diags_init(&diags, &arena);
	CHECK_INT(hyk_type_parse(&arena, hyk_str_from_c(text), NULL, HYK_NO_SPAN, &t, &diags), want);
	CHECK(t == NULL);
	CHECK_INT(diags.n_errors, 1);
	if (!CHECK(diags.first != NULL))
		return;
	CHECK_INT(diags.first->id, id);
	CHECK_STR(diags.first->text[HYK_LANG_EN], message);
}

TEST(good_types)
{
	static const char *const basic[] = { "bool", "int", "uint", "double", "string", "bytes", "timestamp", "date",
		"duration", "dyn" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(basic); i++)
		check_type(basic[i], basic[i]);
	check_type("list<string>", "list(string)");
	check_type(" map < string , list<int> > ", "map(string, list(int))");
	check_type("map<int,double>", "map(int, double)");
	check_type("{}", "{}");
	check_type("{a: int, b: date}", "{a: int, b: date}");
	check_type("{ a : list<{b?:string}> , 나이 : int }", "{a: list({b?: string}), 나이: int}");
	check_type("list<list<list<list<list<list<list<list<int>>>>>>>>",
	    "list(list(list(list(list(list(list(list(int))))))))");
}

TEST(bad_types)
{
	check_bad("", HYK_E_INVALID, HYK_D_TYPE_SYNTAX, "'' is not a type: expected the name of a type");
	check_bad("list", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'list' is not a type: expected '<' after list, as in list<string>");
	check_bad("list<>", HYK_E_INVALID, HYK_D_TYPE_SYNTAX, "'list<>' is not a type: expected the name of a type");
	check_bad("list<int", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'list<int' is not a type: expected '>' at the end of list<...>");
	check_bad("map<string>", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'map<string>' is not a type: expected ',' between key and value of map<...>");
	check_bad("map<string, int", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'map<string, int' is not a type: expected '>' at the end of map<...>");
	check_bad("int int", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'int int' is not a type: expected nothing more after the type");
	check_bad("{a}", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'{a}' is not a type: expected ':' after the name of a field");
	check_bad("{a: int,}", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'{a: int,}' is not a type: expected the name of a field");
	check_bad("{a: int b: int}", HYK_E_INVALID, HYK_D_TYPE_SYNTAX,
	    "'{a: int b: int}' is not a type: expected ',' or '}' after a field");
	check_bad("{a: int, a: date}", HYK_E_INVALID, HYK_D_TYPE_FIELD_TWICE, "the field 'a' is named twice");
	check_bad("map<double, int>", HYK_E_INVALID, HYK_D_TYPE_MAP_KEY, "'double' cannot be the key of a map");
	check_bad("map<list<int>, int>", HYK_E_INVALID, HYK_D_TYPE_MAP_KEY, "'list(int)' cannot be the key of a map");
	check_bad("list<list<list<list<list<list<list<list<list<int>>>>>>>>>", HYK_E_LIMIT, HYK_D_TYPE_DEPTH,
	    "the type 'list<list<list<list<list<list<list<list<list<int>>>>>>>>>' is nested deeper than 8 levels");
}

TEST(did_you_mean)
{
	check_bad("sting", HYK_E_INVALID, HYK_D_TYPE_UNKNOWN, "there is no type 'sting'");
	CHECK_STR(diags.first->hint[HYK_LANG_EN], "did you mean 'string'?");
	CHECK_STR(diags.first->hint[HYK_LANG_KO], "혹시 'string'입니까?");
	check_bad("list<integer>", HYK_E_INVALID, HYK_D_TYPE_UNKNOWN, "there is no type 'integer'");
	CHECK(hyk_str_starts_with(diags.first->hint[HYK_LANG_EN], HYK_STR("the types are ")));
	CHECK_STR(diags.first->text[HYK_LANG_KO], "'integer'라는 형식은 없습니다");
}

TEST(names_do_not_point_into_the_text)
{
	char text[] = "{street: string}";
	const struct hyk_type *t = NULL;

	REQUIRE(hyk_type_parse(&arena, hyk_str_from_c(text), NULL, HYK_NO_SPAN, &t, NULL) == HYK_OK);
	memset(text, 'x', sizeof(text) - 1);
	CHECK_STR(t->fields[0].name, "street");
	CHECK_INT(t->fields[0].slot, HYK_NO_SLOT);
}

TEST(thousands_of_brackets)
{
	static char text[20001];
	const struct hyk_type *t;

	for (size_t i = 0; i < 20000; i += 5)
		memcpy(text + i, "list<", 5);
	CHECK_INT(hyk_type_parse(&arena, hyk_str_from_c(text), NULL, HYK_NO_SPAN, &t, NULL), HYK_E_LIMIT);
	memset(text, '{', 20000);
	CHECK_INT(hyk_type_parse(&arena, hyk_str_from_c(text), NULL, HYK_NO_SPAN, &t, NULL), HYK_E_INVALID);
}

TEST(too_many_fields)
{
	struct hyk_buf b;
	const struct hyk_type *t;

	hyk_buf_init(&b, 0);
	for (int i = 0; i < 257; i++)
		hyk_buf_printf(&b, "%cf%d: int", i ? ',' : '{', i);
	hyk_buf_append_char(&b, '}');
	CHECK_INT(hyk_type_parse(&arena, hyk_buf_peek(&b), NULL, HYK_NO_SPAN, &t, NULL), HYK_E_INVALID);
	hyk_buf_fini(&b);
}

TEST(without_memory)
{
	for (size_t cap = 1;; cap += 16) {
		struct hyk_arena a;
		const struct hyk_type *t = NULL;
		enum hyk_status st;

		hyk_arena_init(&a, cap);
		st = hyk_type_parse(&a, HYK_STR("{a: list<map<string, int>>, b?: {c: date}}"), NULL, HYK_NO_SPAN, &t,
		    NULL);
		CHECK_INT(st, a.overflowed ? HYK_E_LIMIT : HYK_OK);
		CHECK_INT(t != NULL, st == HYK_OK);
		hyk_arena_fini(&a);
		if (st == HYK_OK)
			break;
	}
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(good_types);
	RUN(bad_types);
	RUN(did_you_mean);
	RUN(names_do_not_point_into_the_text);
	RUN(thousands_of_brackets);
	RUN(too_many_fields);
	RUN(without_memory);
	hyk_arena_fini(&arena);
	return check_done();
}
