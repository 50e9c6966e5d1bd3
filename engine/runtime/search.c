/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/search.c - AuthZEN's searches: which subjects, resources or actions complete a question to a permit.
 * AuthZEN Authorization API 1.0 (OpenID Foundation), "Subject, Resource and Action Search APIs".
 *
 * The answer is what asking one by one would give: every candidate is decided by the same code. Candidates
 * are what the registry knows of the type (of resources: in the caller's commons and below), or the type's
 * actions, in the order of their ids, so that a page goes on where the last one ended under any ruleset.
 * Nothing is recorded: a search is no decision about anybody's use.
 */
#include <stdlib.h>

#include "base/digest.h"
#include "runtime/engine_impl.h"
#include "value/json.h"

#define DEFAULT_LIMIT 50u
#define MAX_LIMIT     1000u
/* Candidates decided for one page: a page may be shorter than its limit, and the next one goes on. */
#define MAX_DECIDED   1000u

struct search {
	struct hyk_exchange *x;
	enum hyk_searched searched;
	struct hyk_value query; /* without `page` */
	struct hyk_request request;
	struct hyk_decide_input in;
	unsigned limit;
	char digest[17];      /* of the query, in hex */
	struct hyk_str after; /* the id (name) at which the last page ended; empty: the first page */
	struct hyk_diags diags;
};

static enum hyk_searched
searched_by(enum hyk_operation op)
{
	if (op == HYK_OP_SEARCH_SUBJECT)
		return HYK_SEARCHED_SUBJECT;
	return op == HYK_OP_SEARCH_RESOURCE ? HYK_SEARCHED_RESOURCE : HYK_SEARCHED_ACTION;
}

/* ---- pages ---- */

static bool
refuse_page(struct search *s, const char *code, const char *en, const char *ko)
{
	hyk_exchange_fail(s->x, 400, code, en, ko, NULL);
	return false;
}

/* The body without `page`, and a mark of it by which a token is known to belong to this search. */
static enum hyk_status
take_query(struct search *s, struct hyk_value body)
{
	struct hyk_arena *arena = &s->x->state->arena;
	uint8_t sha[HYK_SHA256_BYTES];
	struct hyk_buf text;
	struct hyk_mapb b;
	bool failed;

	hyk_mapb_init(&b, arena);
	for (uint32_t i = 0; i < body.as.map->n; i++) {
		const struct hyk_ventry *e = &body.as.map->entries[i];

		if (!hyk_str_eq_c(hyk_value_str(e->key), "page") && !hyk_mapb_add(&b, e->key, e->value))
			return HYK_E_NOMEM;
	}
	s->query = hyk_mapb_finish(&b, NULL);
	if (s->query.kind != HYK_MAP)
		return HYK_E_NOMEM;
	hyk_buf_init(&text, 0);
	hyk_buf_printf(&text, "%d", (int)s->searched);
	hyk_json_write_canonical(&text, s->query);
	failed = text.failed;
	if (!failed) {
		hyk_sha256(hyk_buf_peek(&text), sha);
		for (size_t i = 0; i < 8; i++)
			snprintf(s->digest + 2 * i, 3, "%02x", sha[i]);
	}
	hyk_buf_fini(&text);
	return failed ? HYK_E_NOMEM : HYK_OK;
}

/* A token is "digest.limit.id"; its form is nobody's business but ours. */
static bool
read_token(struct search *s, struct hyk_str token)
{
	size_t at = 17, from;

	if (token.n < 20 || memcmp(token.p, s->digest, 16) != 0 || token.p[16] != '.')
		return false;
	s->limit = 0;
	for (from = at; at < token.n && token.p[at] >= '0' && token.p[at] <= '9' && at - from < 4; at++)
		s->limit = s->limit * 10 + (unsigned)(token.p[at] - '0');
	if (at == from || at + 1 >= token.n || token.p[at] != '.' || s->limit == 0 || s->limit > MAX_LIMIT)
		return false;
	s->after = hyk_str_make(token.p + at + 1, token.n - at - 1);
	return true;
}

static bool
read_page(struct search *s, struct hyk_value body)
{
	const struct hyk_value *page = hyk_value_get(body, "page"), *token, *limit;

	s->limit = DEFAULT_LIMIT;
	if (page == NULL)
		return true;
	if (page->kind != HYK_MAP)
		return refuse_page(s, "BAD_PAGE", "'page' is an object", "'page'는 객체여야 합니다");
	token = hyk_value_get(*page, "token");
	if (token != NULL && token->kind != HYK_STRING)
		return refuse_page(s, "BAD_PAGE", "'page.token' is a text", "'page.token'은 글이어야 합니다");
	if (token != NULL && token->n > 0 && !read_token(s, hyk_value_str(*token)))
		return refuse_page(s, "BAD_PAGE_TOKEN",
		    "'page.token' is not of this search: send the query that it came from, unchanged",
		    "'page.token'이 이 검색의 것이 아닙니다. 토큰을 받은 질문을 그대로 보내세요");
	limit = hyk_value_get(*page, "limit");
	if (limit == NULL)
		return true;
	if (limit->kind != HYK_INT || limit->as.i < 1)
		return refuse_page(s, "BAD_PAGE", "'page.limit' is a whole number from 1 on",
		    "'page.limit'는 1 이상의 정수여야 합니다");
	s->limit = limit->as.i > MAX_LIMIT ? MAX_LIMIT : (unsigned)limit->as.i;
	return true;
}

/* ---- candidates ---- */

static int
by_name(const void *a, const void *b)
{
	return hyk_str_cmp(*(const struct hyk_str *)a, *(const struct hyk_str *)b);
}

/* The ids to be tried, sorted, from `after` on. */
static enum hyk_status
list_candidates(struct search *s, struct hyk_str **ret_ids, size_t *ret_n)
{
	const struct hyk_asset_type *type = hyk_catalog_find_type(s->in.ruleset->catalog, s->request.resource_type);
	size_t room = type == NULL ? 0 : type->n_actions, n = 0;
	struct hyk_str *ids;

	/* Outside of the caller's commons nothing is permitted. */
	if (s->searched != HYK_SEARCHED_ACTION)
		return hyk_registry_list(s->x->state->snapshot->registry,
		    s->searched == HYK_SEARCHED_SUBJECT ? s->request.subject_type : s->request.resource_type,
		    s->in.caller_commons, s->after, MAX_DECIDED + 1, s->in.arena, ret_ids, ret_n);
	ids = hyk_arena_array(s->in.arena, room, sizeof(*ids));
	if (ids == NULL)
		return HYK_E_NOMEM;
	for (size_t i = 0; i < room; i++)
		if (!type->actions[i]->abstract && (s->after.n == 0 || hyk_str_cmp(type->actions[i]->name, s->after) > 0))
			ids[n++] = type->actions[i]->name;
	if (n > 0)
		qsort(ids, n, sizeof(*ids), by_name);
	*ret_ids = ids;
	*ret_n = n;
	return HYK_OK;
}

/*
 * Is it a permit? What the candidate's own facts make invalid (a property that its type has otherwise)
 * is none, as it would be in a batch.
 */
static enum hyk_status
try_one(struct search *s, struct hyk_str id, bool *ret_permit)
{
	struct hyk_arena_mark mark = hyk_arena_mark(s->in.arena);
	struct hyk_decision d;
	enum hyk_status st;

	if (s->searched == HYK_SEARCHED_SUBJECT)
		s->request.subject_id = id;
	else if (s->searched == HYK_SEARCHED_RESOURCE)
		s->request.resource_id = id;
	else
		s->request.action_name = id;
	st = hyk_decide(&s->in, &d, NULL);
	*ret_permit = st == HYK_OK && d.outcome == HYK_OUTCOME_PERMIT;
	hyk_arena_rewind(s->in.arena, mark);
	return st == HYK_E_INVALID ? HYK_OK : st;
}

static void
write_result(struct search *s, struct hyk_buf *b, struct hyk_str id, bool first)
{
	hyk_buf_append_c(b, first ? "{" : ",{");
	if (s->searched == HYK_SEARCHED_ACTION) {
		hyk_buf_append_c(b, "\"name\":");
	} else {
		hyk_buf_append_c(b, "\"type\":");
		hyk_json_write_str(b,
		    s->searched == HYK_SEARCHED_SUBJECT ? s->request.subject_type : s->request.resource_type);
		hyk_buf_append_c(b, ",\"id\":");
	}
	hyk_json_write_str(b, id);
	hyk_buf_append_char(b, '}');
}

static enum hyk_status
answer_page(struct search *s)
{
	struct hyk_buf *b = &s->x->answer, token;
	struct hyk_str *ids;
	size_t n, at;
	unsigned found = 0;
	enum hyk_status st = list_candidates(s, &ids, &n);

	hyk_buf_append_c(b, "{\"results\":[");
	for (at = 0; st == HYK_OK && at < n && at < MAX_DECIDED && found < s->limit; at++) {
		bool permit;

		st = try_one(s, ids[at], &permit);
		if (permit)
			write_result(s, b, ids[at], found++ == 0);
	}
	if (st != HYK_OK)
		return st;
	hyk_buf_init(&token, 0);
	if (at < n) {
		hyk_buf_printf(&token, "%s.%u.", s->digest, s->limit);
		hyk_buf_append(&token, ids[at - 1]);
	}
	hyk_buf_append_c(b, "],\"page\":{\"next_token\":");
	hyk_json_write_str(b, hyk_buf_peek(&token));
	hyk_buf_printf(b, ",\"count\":%u}}", found);
	b->failed = b->failed || token.failed;
	hyk_buf_fini(&token);
	return b->failed ? HYK_E_NOMEM : HYK_OK;
}

void
hyk_search(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct search s = { .x = x, .searched = searched_by(x->op) };
	struct hyk_hooks hooks = hyk_worker_hooks(w);
	struct hyk_value body;
	enum hyk_status st;

	hyk_diags_init(&s.diags, &x->state->arena);
	if (!hyk_exchange_body(x, &body))
		return;
	st = take_query(&s, body);
	if (st == HYK_OK && !read_page(&s, body))
		return;
	if (st == HYK_OK)
		st = hyk_request_read(s.query, s.searched, (x->caller.rights & HYK_RIGHT_DRY_RUN) != 0, &s.request,
		    &s.diags);
	if (st == HYK_OK && !s.request.dry_run && (x->caller.rights & HYK_RIGHT_DECIDE) == 0)
		st = HYK_E_DENIED;
	if (st == HYK_OK) {
		s.in = hyk_exchange_question(x, &s.request, hyk_clock_now(w->engine->clock), &hooks);
		st = answer_page(&s);
	}
	if (st == HYK_OK)
		x->status = 200;
	else
		hyk_exchange_fail_status(x, st, &s.diags);
	hyk_engine_count(w->engine, HYK_COUNT_SEARCH);
}
