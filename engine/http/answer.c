/* SPDX-License-Identifier: Apache-2.0 */
#include "http/answer.h"

#include "base/diag.h"
#include "value/json.h"

static const char json_type[] = "application/json";

static void
begin_text(struct hyk_call *c, int status, const char *content_type)
{
	hyk_buf_reset(&c->text);
	c->status = status;
	c->content_type = content_type;
}

/* What was written becomes the answer; without memory a smaller one that needs none. */
static void
end_text(struct hyk_call *c)
{
	if (!c->text.failed) {
		c->answer = hyk_buf_peek(&c->text);
		return;
	}
	c->status = 503;
	c->retry_after_s = 1;
	c->content_type = json_type;
	c->answer = HYK_STR("\"the server had no memory for the answer\"");
}

/* ---- errors ---- */

const char *
hyk_status_title(int status, enum hyk_lang lang)
{
	static const struct {
		int status;
		const char *title[2];
	} titles[] = {
		{ 201, { "Created", "만들어짐" } },
		{ 400, { "Bad Request", "잘못된 요청" } },
		{ 401, { "Unauthorized", "인증 필요" } },
		{ 403, { "Forbidden", "권한 없음" } },
		{ 404, { "Not Found", "찾을 수 없음" } },
		{ 405, { "Method Not Allowed", "허용되지 않는 메서드" } },
		{ 409, { "Conflict", "충돌" } },
		{ 410, { "Gone", "사라짐" } },
		{ 431, { "Request Header Fields Too Large", "헤더가 너무 큼" } },
		{ 413, { "Content Too Large", "본문이 너무 큼" } },
		{ 415, { "Unsupported Media Type", "지원하지 않는 형식" } },
		{ 422, { "Unprocessable Content", "처리할 수 없는 내용" } },
		{ 429, { "Too Many Requests", "요청이 너무 많음" } },
		{ 500, { "Internal Server Error", "서버 오류" } },
		{ 503, { "Service Unavailable", "지금은 할 수 없음" } },
	};

	for (size_t i = 0; i < HYK_ARRAY_LEN(titles); i++)
		if (titles[i].status == status)
			return titles[i].title[lang];
	return lang == HYK_LANG_KO ? "오류" : "Error";
}

/* A problem document, or AuthZEN's error message string; the hint follows the sentence. */
static void
write_error(struct hyk_call *c, int status, struct hyk_str code, struct hyk_str detail,
    struct hyk_str hint, const struct hyk_problem *at)
{
	enum hyk_error_form form = c->route != NULL ? c->route->form : HYK_ERROR_PROBLEM;
	struct hyk_buf *b = &c->text, line;
	bool has_position = at != NULL && at->has_position;

	hyk_buf_init(&line, 4096);
	hyk_buf_append(&line, detail);
	if (has_position && form == HYK_ERROR_AUTHZEN)
		hyk_buf_printf(&line,
		    c->lang == HYK_LANG_KO ? " (%u행 %u열)" : " (line %u, column %u)", at->line,
		    at->column);
	if (hint.n > 0) {
		hyk_buf_append_c(&line, "; ");
		hyk_buf_append(&line, hint);
	}
	if (form == HYK_ERROR_AUTHZEN) {
		hyk_buf_append_c(&line, " [");
		hyk_buf_append(&line, code);
		hyk_buf_append_char(&line, ']');
	}
	begin_text(c, status, form == HYK_ERROR_AUTHZEN ? json_type : "application/problem+json");
	c->is_error = true;
	if (form == HYK_ERROR_AUTHZEN) {
		hyk_json_write_str(b, hyk_buf_peek(&line));
	} else {
		hyk_buf_append_c(b, "{\"type\":\"about:blank\",\"title\":");
		hyk_json_write_str(b, hyk_str_from_c(hyk_status_title(status, c->lang)));
		hyk_buf_printf(b, ",\"status\":%d,\"code\":", status);
		hyk_json_write_str(b, code);
		hyk_buf_append_c(b, ",\"detail\":");
		hyk_json_write_str(b, hyk_buf_peek(&line));
		hyk_buf_append_c(b, ",\"instance\":");
		hyk_json_write_str(b, c->head.path);
		if (has_position)
			hyk_buf_printf(b, ",\"position\":{\"line\":%u,\"column\":%u,\"offset\":%u}",
			    at->line, at->column, at->offset);
		hyk_buf_append_char(b, '}');
	}
	b->failed = b->failed || line.failed;
	hyk_buf_fini(&line);
	end_text(c);
}

void
hyk_answer_error(
    struct hyk_call *c, int status, enum hyk_diag_id id, size_t n_args, const struct hyk_str *args)
{
	struct hyk_diag_info info = { .name = "INTERNAL", .text = { "", "" }, .hint = { "", "" } };
	struct hyk_arena arena;
	struct hyk_diags diags;
	const struct hyk_diag *d;

	(void)hyk_diag_info(id, &info);
	hyk_arena_init(&arena, (size_t)64 << 10);
	hyk_diags_init(&diags, &arena);
	d = hyk_diags_add(&diags, id, NULL, HYK_NO_SPAN, n_args, args);
	write_error(c, status, hyk_str_from_c(info.name),
	    d != NULL ? d->text[c->lang] : hyk_str_from_c(info.text[c->lang]),
	    d != NULL ? d->hint[c->lang] : (struct hyk_str){ NULL, 0 }, NULL);
	hyk_arena_fini(&arena);
}

void
hyk_answer_problem(struct hyk_call *c, const struct hyk_problem *p)
{
	struct hyk_str none = { NULL, 0 };

	write_error(c, p->status, hyk_str_from_c(p->code), p->detail[c->lang], none, p);
	if (c->retry_after_s == 0)
		c->retry_after_s = p->retry_after_s;
}

/* ---- the server's own answers ---- */

void
hyk_answer_discovery(struct hyk_call *c)
{
	struct hyk_buf url;

	begin_text(c, 200, json_type);
	hyk_buf_init(&url, 4096);
	hyk_buf_append_c(&c->text, "{\"policy_decision_point\":");
	hyk_json_write_str(&c->text, c->site->public_url);
	/* Every AuthZEN endpoint that the table serves, under the name the metadata has for it. */
	for (size_t i = 0; i < HYK_N_ROUTES; i++) {
		const struct hyk_route *r = &hyk_routes[i];

		if (r->form != HYK_ERROR_AUTHZEN || r->method != HYK_METHOD_POST)
			continue;
		hyk_buf_reset(&url);
		hyk_buf_append(&url, c->site->public_url);
		hyk_buf_append_c(&url, r->pattern);
		hyk_buf_printf(&c->text, ",\"%s%s_endpoint\":",
		    strncmp(r->name, "search", 6) == 0 ? "" : "access_", r->name);
		hyk_json_write_str(&c->text, hyk_buf_peek(&url));
		c->text.failed = c->text.failed || url.failed;
	}
	hyk_buf_append_char(&c->text, '}');
	hyk_buf_fini(&url);
	end_text(c);
}

void
hyk_answer_livez(struct hyk_call *c)
{
	begin_text(c, 200, json_type);
	hyk_buf_append_c(&c->text, "{\"live\":true}");
	end_text(c);
}

void
hyk_answer_readyz(struct hyk_call *c)
{
	char why[2][HYK_WHY_BYTES] = { "", "" };

	if (atomic_load_explicit(&c->site->stopping, memory_order_relaxed)) {
		hyk_answer_error(c, 503, HYK_D_STOPPING, 0, NULL);
	} else if (!hyk_engine_ready(c->site->engine, why)) {
		struct hyk_str reason = hyk_str_from_c(why[c->lang]);

		hyk_answer_error(c, 503, HYK_D_NOT_READY, 1, &reason);
	} else {
		begin_text(c, 200, json_type);
		hyk_buf_printf(&c->text, "{\"ready\":true,\"ruleset\":%llu",
		    (unsigned long long)hyk_engine_version(c->site->engine));
		hyk_engine_write_standing(c->site->engine, &c->text);
		hyk_buf_append_char(&c->text, '}');
		end_text(c);
		return;
	}
	c->retry_after_s = 1;
}

void
hyk_answer_metrics(struct hyk_call *c)
{
	begin_text(c, 200, "text/plain; version=0.0.4; charset=utf-8");
	hyk_metrics_write(&c->text, c->site->metrics, c->site->n_workers,
	    atomic_load_explicit(&c->site->refused, memory_order_relaxed));
	hyk_engine_write_metrics(c->site->engine, &c->text);
	end_text(c);
}
