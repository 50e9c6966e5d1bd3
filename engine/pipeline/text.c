/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/text.c - values in sentences, in Korean and in English. */
#include "pipeline/text.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/josa.h"
#include "pipeline/run.h"
#include "value/json.h"
#include "value/number.h"

static const struct {
	const char *code, *ko, *en;
} code_texts[] = {
	{ "NO_PERMIT", "이 이용을 허가하는 규칙이 없습니다", "No rule permits this" },
	{ "UNKNOWN_TYPE", "모르는 유형입니다", "This type is not known" },
	{ "UNKNOWN_ACTION", "이 자산에 이런 행위는 없습니다", "This asset has no such action" },
	{ "UNKNOWN_COMMONS", "모르는 공유체입니다", "This commons is not known" },
	{ "UNKNOWN_ASSET", "등록되지 않았습니다", "This is not registered" },
	{ "OUTSIDE_COMMONS", "맡은 공유체 밖의 일입니다", "This lies outside the caller's commons" },
	{ "RULE_ERROR", "규칙을 판단할 수 없어 관리자가 정합니다", "The rule could not be evaluated; a steward decides" },
	{ "BUDGET", "계산이 너무 길어 관리자가 정합니다", "The computation grew too long; a steward decides" },
	{ "PLUGIN_ERROR", "플러그인이 실패해 관리자가 정합니다", "A plugin failed; a steward decides" },
	{ "PLUGIN_TIMEOUT", "플러그인이 제때 답하지 않아 관리자가 정합니다", "A plugin did not answer in time; a steward decides" },
	{ "PLUGIN_BUDGET", "플러그인의 계산이 너무 길어 관리자가 정합니다", "A plugin computed too long; a steward decides" },
	{ "PLUGIN_MEMORY", "플러그인의 메모리가 모자라 관리자가 정합니다", "A plugin ran out of memory; a steward decides" },
	{ "PLUGIN_BAD_RESULT", "플러그인의 답이 형식에 맞지 않아 관리자가 정합니다",
	    "A plugin's answer was malformed; a steward decides" },
	{ "PLUGIN_QUARANTINE", "플러그인이 격리되어 관리자가 정합니다", "A plugin is in quarantine; a steward decides" },
};

struct hyk_str
hyk_text_of_code(struct hyk_str code, bool korean)
{
	for (size_t i = 0; i < HYK_ARRAY_LEN(code_texts); i++)
		if (hyk_str_eq_c(code, code_texts[i].code))
			return hyk_str_from_c(korean ? code_texts[i].ko : code_texts[i].en);
	return (struct hyk_str){ NULL, 0 };
}

bool
hyk_text_read(struct hyk_arena *a, struct hyk_value v, struct hyk_text *ret_text)
{
	size_t n = v.kind == HYK_MAP ? v.as.map->n : 1;
	struct hyk_str *tags = hyk_arena_array(a, n, sizeof(*tags));
	struct hyk_str *texts = hyk_arena_array(a, n, sizeof(*texts));

	if (!tags || !texts)
		return false;
	if (v.kind == HYK_STRING) {
		tags[0] = HYK_STR("und");
		texts[0] = hyk_value_str(v);
	} else if (v.kind == HYK_MAP) {
		for (size_t i = 0; i < n; i++) {
			const struct hyk_ventry *e = &v.as.map->entries[i];

			if (e->key.kind != HYK_STRING || e->value.kind != HYK_STRING)
				return false;
			tags[i] = hyk_value_str(e->key);
			texts[i] = hyk_value_str(e->value);
		}
	} else {
		return false;
	}
	*ret_text = (struct hyk_text){ n, tags, texts };
	return true;
}

size_t
hyk_text_language(const struct hyk_template *t, struct hyk_str tag)
{
	static const struct hyk_str english = HYK_STR_INIT("en");
	struct hyk_str primary = tag;

	for (size_t i = 0; i < primary.n; i++)
		if (primary.p[i] == '-')
			primary.n = i;
	for (size_t i = 0; i < t->n; i++)
		if (hyk_str_eq(t->tags[i], tag))
			return i;
	for (size_t i = 0; i < t->n; i++)
		if (hyk_str_eq(t->tags[i], primary))
			return i;
	for (size_t i = 0; i < t->n; i++)
		if (hyk_str_eq(t->tags[i], english))
			return i;
	return t->n ? 0 : SIZE_MAX;
}

/* Digits of a whole number, thousands apart: 1,234,567. */
static void
write_grouped(struct hyk_buf *b, struct hyk_str digits)
{
	for (size_t i = 0; i < digits.n; i++) {
		if (i && (digits.n - i) % 3 == 0)
			hyk_buf_append_char(b, ',');
		hyk_buf_append_char(b, digits.p[i]);
	}
}

/* What people call a unit; others are written as the plugin has them. */
static const struct {
	const char *unit, *ko, *other;
} unit_words[] = {
	{ "KRW", "원", " KRW" }, { "%", "%", "%" }, { "people", "명", " people" }, { "d", "일", " d" }, { "h", "시간", " h" },
	{ "min", "분", " min" }, { "s", "초", " s" }, { "m2", " m²", " m²" }, { "km2", " km²", " km²" }, { "m3", " m³", " m³" },
};

static void
write_unit(struct hyk_buf *b, struct hyk_str unit, bool korean)
{
	for (size_t i = 0; i < HYK_ARRAY_LEN(unit_words); i++) {
		if (hyk_str_eq_c(unit, unit_words[i].unit)) {
			hyk_buf_append_c(b, korean ? unit_words[i].ko : unit_words[i].other);
			return;
		}
	}
	hyk_buf_append_char(b, ' ');
	hyk_buf_append(b, unit);
}

/* A number without a unit may be a year or a house: four digits stay together there. */
static void
write_number(struct hyk_buf *b, struct hyk_value v, struct hyk_str unit, bool korean)
{
	char text[32];
	struct hyk_str s, whole;
	size_t n = 0;

	if (v.kind == HYK_DOUBLE)
		n = hyk_double_format(v.as.d, text);
	else if (v.kind == HYK_INT)
		n = (size_t)snprintf(text, sizeof(text), "%" PRId64, v.as.i);
	else
		n = (size_t)snprintf(text, sizeof(text), "%" PRIu64, v.as.u);
	s = hyk_str_make(text, n);
	if (hyk_str_starts_with(s, HYK_STR("-"))) {
		hyk_buf_append_char(b, '-');
		s = hyk_str_make(s.p + 1, s.n - 1);
	}
	whole = s;
	for (size_t i = 0; i < s.n && whole.n == s.n; i++) {
		if (s.p[i] == '.')
			whole.n = i;
	}
	if (hyk_str_find(s, HYK_STR("e")) != SIZE_MAX || s.p[0] < '0' || s.p[0] > '9' || (!unit.n && whole.n < 5))
		hyk_buf_append(b, whole);
	else
		write_grouped(b, whole);
	hyk_buf_append(b, hyk_str_make(s.p + whole.n, s.n - whole.n));
	if (unit.n)
		write_unit(b, unit, korean);
}

/* 2026-05-09 14:30, or 2026년 5월 9일 14시 30분: on the clock of the commons. */
static void
write_time(struct hyk_buf *b, int64_t s, const struct hyk_zone *zone, bool date_only, bool korean)
{
	int64_t local = s + (zone ? hyk_zone_offset_at(zone, s) : 0), days, year;
	unsigned month, day, rest;

	days = local / 86400 - (local % 86400 < 0);
	rest = (unsigned)(local - days * 86400);
	hyk_civil_from_days(days, &year, &month, &day);
	if (korean) {
		hyk_buf_printf(b, "%" PRId64 "년 %u월 %u일", year, month, day);
		if (date_only)
			return;
		hyk_buf_printf(b, " %u시", rest / 3600);
		if (rest % 3600)
			hyk_buf_printf(b, " %u분", rest / 60 % 60);
		if (rest % 60)
			hyk_buf_printf(b, " %u초", rest % 60);
		return;
	}
	hyk_buf_printf(b, "%04" PRId64 "-%02u-%02u", year, month, day);
	if (date_only)
		return;
	hyk_buf_printf(b, " %02u:%02u", rest / 3600, rest / 60 % 60);
	if (rest % 60)
		hyk_buf_printf(b, ":%02u", rest % 60);
}

static void
write_duration(struct hyk_buf *b, int64_t ns, bool korean)
{
	static const struct {
		int64_t s;
		const char *ko, *en;
	} units[] = { { 86400, "일", " d" }, { 3600, "시간", " h" }, { 60, "분", " min" }, { 1, "초", " s" } };
	int64_t s = ns / 1000000000;
	bool any = false;

	if (s < 0) {
		hyk_buf_append_char(b, '-');
		s = -s;
	}
	for (size_t i = 0; i < HYK_ARRAY_LEN(units); i++) {
		if (s < units[i].s && (any || units[i].s > 1))
			continue;
		if (s == 0 && any)
			break;
		if (any)
			hyk_buf_append_char(b, ' ');
		hyk_buf_append_i64(b, s / units[i].s);
		hyk_buf_append_c(b, korean ? units[i].ko : units[i].en);
		s %= units[i].s;
		any = true;
	}
}

/* How a value is to be written. */
struct manner {
	const struct hyk_type *type; /* NULL: not known */
	struct hyk_str unit;
	const struct hyk_zone *zone;
	bool korean;
};

static void write_value(struct hyk_buf *b, struct hyk_value v, struct manner m);

static void
write_list(struct hyk_buf *b, struct hyk_value v, struct manner m)
{
	m.type = m.type && m.type->kind == HYK_T_LIST ? m.type->elem : NULL;
	for (uint32_t i = 0; i < v.as.list->n; i++) {
		struct hyk_value item = v.as.list->items[i];

		if (i)
			hyk_buf_append(b, HYK_STR(", "));
		if (item.kind == HYK_LIST)
			hyk_json_write(b, item);
		else
			write_value(b, item, m);
	}
}

static void
write_value(struct hyk_buf *b, struct hyk_value v, struct manner m)
{
	bool korean = m.korean;

	switch ((enum hyk_kind)v.kind) {
	case HYK_BOOL:
		if (korean)
			hyk_buf_append_c(b, v.as.b ? "예" : "아니요");
		else
			hyk_buf_append_c(b, v.as.b ? "yes" : "no");
		break;
	case HYK_INT:
	case HYK_UINT:
	case HYK_DOUBLE:
		write_number(b, v, m.unit, korean);
		break;
	case HYK_STRING:
		hyk_buf_append(b, hyk_value_str(v));
		break;
	case HYK_TIMESTAMP:
		write_time(b, v.as.i, m.zone, m.type && m.type->kind == HYK_T_DATE, korean);
		break;
	case HYK_DURATION:
		write_duration(b, v.as.i, korean);
		break;
	case HYK_LIST:
		write_list(b, v, m);
		break;
	case HYK_ABSENT:
	case HYK_NULL:
		hyk_buf_append_c(b, korean ? "없음" : "none");
		break;
	case HYK_UNKNOWN:
		hyk_buf_append_c(b, korean ? "알 수 없음" : "unknown");
		break;
	case HYK_ERROR_VALUE:
		hyk_buf_append_c(b, korean ? "오류" : "an error");
		break;
	case HYK_BYTES:
	case HYK_MAP:
	case HYK_TYPE:
	case HYK_OPTIONAL:
	case HYK_NET:
		hyk_json_write(b, v);
		break;
	}
}

void
hyk_text_write_value(struct hyk_buf *b, struct hyk_value v, const struct hyk_fact *fact, const struct hyk_zone *zone,
    bool korean)
{
	write_value(b, v, (struct manner){ fact ? fact->type : NULL, fact ? fact->unit : HYK_STR(""), zone, korean });
}

static void
write_fact(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_fact *fact, bool korean)
{
	const struct hyk_zone *zone = d->commons ? d->commons->zone : NULL;

	for (size_t i = 0; i < d->n_facts; i++)
		if (d->facts[i].fact->slot == fact->slot) {
			hyk_text_write_value(b, d->facts[i].value, d->facts[i].fact, zone, korean);
			return;
		}
	hyk_buf_append(b, fact->path);
}

void
hyk_text_write(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_template *t, size_t lang)
{
	bool korean = hyk_str_eq_c(t->tags[lang], "ko") || hyk_str_starts_with(t->tags[lang], HYK_STR("ko-"));
	size_t from = b->n;

	for (size_t i = 0; i < t->n_pieces[lang]; i++) {
		const struct hyk_piece *p = &t->pieces[lang][i];

		/* a particle goes by what stands before it, be it a value or quotes around one */
		if (korean)
			hyk_josa_settle_after(b, from, p->literal);
		else
			hyk_buf_append(b, p->literal);
		if (p->fact)
			write_fact(b, d, p->fact, korean);
	}
}
