/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/agreement_read.c - agreements and duties for those who may see them, a page at a time. */
#include "runtime/agreement_impl.h"

#include "value/json.h"

#define PAGE 50u

static void
unreadable(struct hyk_exchange *x)
{
	hyk_exchange_fail(x, 503, "STORE_UNREADABLE", "the record cannot be read now", "지금 기록을 읽을 수 없습니다", NULL);
	x->problem.retry_after_s = 1;
}

static void
answer_one(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_agreement_work k = { .worker = w, .arena = &x->state->arena };
	struct hyk_store_record record;
	enum hyk_status st = hyk_work_load(&k, x->id);

	if (st == HYK_E_NOT_FOUND || (st == HYK_OK && !hyk_may_see(&x->caller, &k.a))) {
		hyk_exchange_fail(x, 404, "NO_SUCH_AGREEMENT", "there is no agreement of this id for you",
		    "이 번호의 약정이 없습니다", NULL);
		return;
	}
	if (st == HYK_OK)
		st = hyk_store_reader_at(w->reader, k.arena, k.index, &record);
	if (st != HYK_OK) {
		unreadable(x);
		return;
	}
	hyk_agreement_write(x, &k.a, record.index, record.leaf_hash);
	x->status = 200;
}

/* A right over the commons shows what is in it; else only what was opened with this token. */
static struct hyk_agreement_filter
filter_of(const struct hyk_exchange *x)
{
	const uint32_t over = HYK_RIGHT_AUDITOR | HYK_RIGHT_OFFICER | HYK_RIGHT_STEWARD | HYK_RIGHT_EVENTS;
	struct hyk_agreement_filter f = { .commons = hyk_str_from_c(x->caller.commons), .person = x->person, .after = x->after };

	if ((x->caller.rights & over) == 0)
		f.caller = hyk_str_from_c(x->caller.name);
	return f;
}

static void
list_agreements(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_arena *arena = &x->state->arena;
	struct hyk_agreement_row *rows = hyk_arena_array(arena, PAGE + 1, sizeof(*rows));
	struct hyk_agreement_filter f = filter_of(x);
	struct hyk_buf *b = &x->answer;
	size_t n = 0, shown;

	if (rows == NULL || hyk_store_reader_agreements(w->reader, arena, &f, rows, PAGE + 1, &n) != HYK_OK) {
		unreadable(x);
		return;
	}
	shown = n > PAGE ? PAGE : n;
	hyk_buf_append_c(b, "{\"agreements\":[");
	for (size_t i = 0; i < shown; i++) {
		char text[40];

		hyk_buf_append_c(b, i ? ",{\"id\":" : "{\"id\":");
		hyk_json_write_str(b, rows[i].id);
		hyk_buf_append_c(b, ",\"state\":");
		hyk_json_write_str(b, rows[i].state);
		hyk_buf_append_c(b, ",\"subject\":");
		hyk_json_write_str(b, rows[i].person);
		hyk_buf_append_c(b, ",\"resource\":{\"type\":");
		hyk_json_write_str(b, rows[i].resource_type);
		hyk_buf_append_c(b, ",\"id\":");
		hyk_json_write_str(b, rows[i].resource_id);
		hyk_buf_append_c(b, "},\"commons\":");
		hyk_json_write_str(b, rows[i].commons);
		hyk_buf_append_c(b, ",\"due\":");
		if (rows[i].due_ms == HYK_NEVER_MS)
			hyk_buf_append_c(b, "null");
		else
			hyk_json_write_str(b, hyk_str_make(text, hyk_timestamp_format(
			    hyk_timestamp(rows[i].due_ms / 1000, (uint32_t)(rows[i].due_ms % 1000) * 1000000), text)));
		hyk_buf_printf(b, ",\"record\":{\"index\":%llu}}", (unsigned long long)rows[i].index);
	}
	hyk_buf_append_c(b, "],\"next\":");
	if (n > shown)
		hyk_json_write_str(b, rows[shown - 1].id);
	else
		hyk_buf_append_c(b, "null");
	hyk_buf_append_char(b, '}');
	x->status = 200;
}

/* "ID-NUMBER": of the last duty of a page. */
static bool
read_duty_cursor(struct hyk_str after, struct hyk_agreement_filter *f)
{
	uint64_t number;
	size_t at = after.n;

	while (at > 0 && after.p[at - 1] != '-')
		at--;
	if (after.n == 0)
		return true;
	if (at == 0 || !hyk_str_to_u64(hyk_str_make(after.p + at, after.n - at), &number) || number > UINT32_MAX)
		return false;
	f->after = hyk_str_make(after.p, at - 1);
	f->after_number = (uint32_t)number;
	return true;
}

static void
list_duties(struct hyk_worker *w, struct hyk_exchange *x)
{
	struct hyk_arena *arena = &x->state->arena;
	struct hyk_duty_row *duties = hyk_arena_array(arena, PAGE + 1, sizeof(*duties));
	struct hyk_str *ids = hyk_arena_array(arena, PAGE + 1, sizeof(*ids));
	struct hyk_agreement_filter f = filter_of(x);
	struct hyk_buf *b = &x->answer;
	size_t n = 0, shown;

	if (!read_duty_cursor(x->after, &f)) {
		hyk_exchange_fail(x, 400, "BAD_CURSOR", "'after' is what 'next' of the page before was",
		    "'after'에는 앞 쪽의 'next' 값을 넣으세요", NULL);
		return;
	}
	if (duties == NULL || ids == NULL ||
	    hyk_store_reader_duties(w->reader, arena, &f, duties, ids, PAGE + 1, &n) != HYK_OK) {
		unreadable(x);
		return;
	}
	shown = n > PAGE ? PAGE : n;
	hyk_buf_append_c(b, "{\"duties\":[");
	for (size_t i = 0; i < shown; i++) {
		hyk_buf_append_c(b, i ? ",{\"agreement\":" : "{\"agreement\":");
		hyk_json_write_str(b, ids[i]);
		hyk_buf_append_c(b, ",\"duty\":");
		hyk_buf_append(b, duties[i].body);
		hyk_buf_append_char(b, '}');
	}
	hyk_buf_append_c(b, "],\"next\":");
	if (n > shown)
		hyk_buf_printf(b, "\"%.*s-%u\"", HYK_STR_ARG(ids[shown - 1]), duties[shown - 1].number);
	else
		hyk_buf_append_c(b, "null");
	hyk_buf_append_char(b, '}');
	x->status = 200;
}

void
hyk_agreement_answer(struct hyk_worker *w, struct hyk_exchange *x)
{
	if (w->reader == NULL)
		hyk_exchange_fail(x, 503, "NO_STATE", "without a state there are no agreements", "상태가 없으면 약정도 없습니다", NULL);
	else if (x->op == HYK_OP_AGREEMENT)
		answer_one(w, x);
	else if (x->op == HYK_OP_AGREEMENTS)
		list_agreements(w, x);
	else
		list_duties(w, x);
}
