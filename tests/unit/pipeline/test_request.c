/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/request.c - which JSON values are requests. */
#include "pipeline/request.h"

#include "policy/catalog.h"
#include "support/check.h"
#include "value/json.h"

static struct hyk_arena arena;
static struct hyk_diags diags;
static struct hyk_request request;

/* A request as JSON with ' for ". */
static enum hyk_status
read_json(const char *json, bool allow_dry_run)
{
	struct hyk_value v = hyk_null();
	struct hyk_source *src;
	struct hyk_str text;
	char *p;

	hyk_arena_fini(&arena);
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	text = hyk_arena_dup(&arena, hyk_str_from_c(json));
	p = hyk_arena_alloc(&arena, text.n + 1);
	if (!CHECK(text.p && p))
		return HYK_E_NOMEM;
	for (size_t i = 0; i < text.n; i++)
		p[i] = text.p[i];
	for (size_t i = 0; i < text.n; i++)
		if (p[i] == '\'')
			p[i] = '"';
	src = hyk_source_new(&arena, HYK_STR("<request>"), hyk_str_make(p, text.n));
	if (!CHECK(src && hyk_json_parse(&arena, src, NULL, &v, &diags) == HYK_OK))
		return HYK_E_NOMEM;
	request = (struct hyk_request){ 0 };
	return hyk_request_read(v, HYK_SEARCHED_NOTHING, allow_dry_run, &request, &diags);
}

#define SUBJECT "'subject': {'type': 'person', 'id': 'mina', 'properties': {'age': 27}}"
#define ACTION "'action': {'name': 'reserve', 'properties': {'soft': true}}"
#define RESOURCE "'resource': {'type': 'space.garden', 'id': 'lot-7'}"

TEST(four_parts)
{
	REQUIRE(read_json("{" SUBJECT "," ACTION "," RESOURCE ",'context': {'party_size': 3}, 'other': 1}", false) == HYK_OK);
	CHECK_STR(request.subject_type, "person");
	CHECK_STR(request.subject_id, "mina");
	CHECK_STR(request.action_name, "reserve");
	CHECK_STR(request.resource_type, "space.garden");
	CHECK_STR(request.resource_id, "lot-7");
	CHECK_INT(hyk_value_get(request.properties[HYK_SUBJECT], "age")->as.i, 27);
	CHECK(hyk_value_get(request.properties[HYK_ACTION], "soft")->as.b);
	CHECK_INT(hyk_value_get(request.properties[HYK_CONTEXT], "party_size")->as.i, 3);
	CHECK_INT(request.properties[HYK_RESOURCE].kind, HYK_NULL);
	CHECK(!request.dry_run && !request.as_scenario && !request.has_now);
}

TEST(context_may_be_missing)
{
	REQUIRE(read_json("{" SUBJECT "," ACTION "," RESOURCE "}", false) == HYK_OK);
	CHECK_INT(request.properties[HYK_CONTEXT].kind, HYK_NULL);
}

static void
refused(const char *json, size_t n_messages, enum hyk_diag_id first)
{
	if (!CHECK_INT(read_json(json, true), HYK_E_INVALID))
		fprintf(stderr, "    %s\n", json);
	CHECK_INT(diags.n_errors, n_messages);
	CHECK(diags.first && diags.first->id == first);
}

TEST(what_is_missing_or_mistyped)
{
	refused("[]", 1, HYK_D_REQUEST_SHAPE);
	refused("{}", 3, HYK_D_REQUEST_MEMBER_MISSING);
	refused("{" SUBJECT "," ACTION "}", 1, HYK_D_REQUEST_MEMBER_MISSING);
	refused("{" SUBJECT "," ACTION ",'resource': 'lot-7'}", 1, HYK_D_REQUEST_NOT_OBJECT);
	refused("{" SUBJECT "," ACTION ",'resource': {'type': 'x'}}", 1, HYK_D_REQUEST_MEMBER_MISSING);
	refused("{" SUBJECT "," ACTION ",'resource': {'type': 'x', 'id': 7}}", 1, HYK_D_REQUEST_NOT_TEXT);
	refused("{" SUBJECT "," ACTION ",'resource': {'type': 'x', 'id': ''}}", 1, HYK_D_REQUEST_MEMBER_EMPTY);
	refused("{" SUBJECT "," ACTION ",'resource': {}}", 2, HYK_D_REQUEST_MEMBER_MISSING);
	refused("{" SUBJECT ",'action': {}," RESOURCE "}", 1, HYK_D_REQUEST_MEMBER_MISSING);
	refused("{" SUBJECT ",'action': {'name': null}," RESOURCE "}", 1, HYK_D_REQUEST_NOT_TEXT);
	refused("{" SUBJECT "," ACTION "," RESOURCE ",'context': []}", 1, HYK_D_REQUEST_NOT_OBJECT);
	refused("{'subject': {'type': 'person', 'id': 'm', 'properties': 3}," ACTION "," RESOURCE "}", 1,
	    HYK_D_REQUEST_NOT_OBJECT);
}

TEST(the_path_is_named)
{
	refused("{" SUBJECT "," ACTION ",'resource': {'type': 'x', 'id': 7}}", 1, HYK_D_REQUEST_NOT_TEXT);
	CHECK_STR(diags.first->text[HYK_LANG_EN], "'resource.id' must be text");
}

#define DRY "{" SUBJECT "," ACTION "," RESOURCE ",'dry_run': true,"

TEST(a_dry_run_sets_more)
{
	REQUIRE(read_json(DRY "'now': '2026-05-02T12:00:00+09:00', 'commons': 'yongin', 'as_scenario': true,"
	                 "'declared': ['subject.age']}", true) == HYK_OK);
	CHECK(request.dry_run && request.as_scenario && request.has_now);
	CHECK_INT(request.now.s, 1777690800); /* 2026-05-02T03:00:00Z */
	CHECK_STR(request.commons, "yongin");
	CHECK_INT(request.declared.as.list->n, 1);
}

TEST(without_dry_run_these_are_ignored)
{
	REQUIRE(read_json("{" SUBJECT "," ACTION "," RESOURCE ",'now': 'x', 'commons': 3, 'as_scenario': true, 'declared': 1}",
	            true) == HYK_OK);
	CHECK(!request.as_scenario && !request.has_now && request.commons.n == 0);
	REQUIRE(read_json("{" SUBJECT "," ACTION "," RESOURCE ",'dry_run': false, 'as_scenario': true}", true) == HYK_OK);
	CHECK(!request.as_scenario);
}

TEST(a_dry_run_needs_the_right)
{
	CHECK_INT(read_json(DRY "'as_scenario': true}", false), HYK_E_DENIED);
	CHECK(diags.first && diags.first->id == HYK_D_REQUEST_DRY_RUN);
}

TEST(a_dry_run_mistyped)
{
	refused(DRY "'now': 'noon'}", 1, HYK_D_REQUEST_NOT_TIME);
	refused(DRY "'now': 7}", 1, HYK_D_REQUEST_NOT_TIME);
	refused(DRY "'commons': 7}", 1, HYK_D_REQUEST_NOT_TEXT);
	refused(DRY "'declared': 'subject.age'}", 1, HYK_D_REQUEST_NOT_PATHS);
	refused(DRY "'declared': [1]}", 1, HYK_D_REQUEST_NOT_PATHS);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(four_parts);
	RUN(context_may_be_missing);
	RUN(what_is_missing_or_mistyped);
	RUN(the_path_is_named);
	RUN(a_dry_run_sets_more);
	RUN(without_dry_run_these_are_ignored);
	RUN(a_dry_run_needs_the_right);
	RUN(a_dry_run_mistyped);
	hyk_arena_fini(&arena);
	return check_done();
}
