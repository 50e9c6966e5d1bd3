/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/text.c - values in sentences, in Korean and in English. */
#include "pipeline/text.h"

#include "base/josa.h"
#include "pipeline/run.h"
#include "value/json.h"

static const struct {
	const char *code, *ko, *en;
} code_texts[] = {
	{ "NO_PERMIT", "이 이용을 허가하는 규칙이 없습니다", "No rule permits this" },
	{ "UNKNOWN_TYPE", "모르는 유형입니다", "This type is not known" },
	{ "UNKNOWN_ACTION", "이 자산에 이런 행위는 없습니다", "This asset has no such action" },
	{ "UNKNOWN_COMMONS", "모르는 공동체입니다", "This commons is not known" },
	{ "UNKNOWN_ASSET", "등록되지 않았습니다", "This is not registered" },
	{ "OUTSIDE_COMMONS", "맡은 공동체 밖의 일입니다", "This lies outside the caller's commons" },
	{ "RULE_ERROR", "규칙을 판단할 수 없어 관리자가 정합니다", "The rule could not be evaluated; a steward decides" },
	{ "BUDGET", "계산이 너무 길어 관리자가 정합니다", "The computation grew too long; a steward decides" },
	{ "PLUGIN_PERMIT", "플러그인이 허가합니다", "A plugin permits this" },
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

/* 1234567 as 1,234,567. */
static void
write_grouped(struct hyk_buf *b, uint64_t u, bool negative)
{
	char digits[32];
	size_t n = 0;

	do {
		if (n % 4 == 3)
			digits[n++] = ',';
		digits[n++] = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (negative)
		hyk_buf_append_char(b, '-');
	while (n)
		hyk_buf_append_char(b, digits[--n]);
}

static void
write_number(struct hyk_buf *b, struct hyk_value v, struct hyk_str unit, bool korean)
{
	bool money = hyk_str_eq_c(unit, "KRW");

	if (v.kind == HYK_DOUBLE)
		hyk_json_write(b, v);
	else if (unit.n == 0 && v.kind == HYK_INT)
		hyk_buf_append_i64(b, v.as.i);
	else if (v.kind == HYK_INT)
		write_grouped(b, v.as.i < 0 ? 0 - (uint64_t)v.as.i : (uint64_t)v.as.i, v.as.i < 0);
	else
		write_grouped(b, v.as.u, false);
	if (money && korean) {
		hyk_buf_append(b, HYK_STR("원"));
	} else if (unit.n) {
		hyk_buf_append_char(b, ' ');
		hyk_buf_append(b, unit);
	}
}

static void
write_two(struct hyk_buf *b, unsigned u)
{
	hyk_buf_append_char(b, (char)('0' + u / 10 % 10));
	hyk_buf_append_char(b, (char)('0' + u % 10));
}

static void
write_time(struct hyk_buf *b, int64_t s, const struct hyk_zone *zone, bool date_only)
{
	int64_t local = s + (zone ? hyk_zone_offset_at(zone, s) : 0), days, year, rest;
	unsigned month, day;

	days = local / 86400 - (local % 86400 < 0);
	rest = local - days * 86400;
	hyk_civil_from_days(days, &year, &month, &day);
	hyk_buf_append_i64(b, year);
	hyk_buf_append_char(b, '-');
	write_two(b, month);
	hyk_buf_append_char(b, '-');
	write_two(b, day);
	if (date_only)
		return;
	hyk_buf_append_char(b, ' ');
	write_two(b, (unsigned)(rest / 3600));
	hyk_buf_append_char(b, ':');
	write_two(b, (unsigned)(rest / 60 % 60));
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

static void
write_list(struct hyk_buf *b, struct hyk_value v, const struct hyk_zone *zone, bool korean)
{
	for (uint32_t i = 0; i < v.as.list->n; i++) {
		struct hyk_value item = v.as.list->items[i];

		if (i)
			hyk_buf_append(b, HYK_STR(", "));
		if (item.kind == HYK_LIST)
			hyk_json_write(b, item);
		else
			hyk_text_write_value(b, item, NULL, zone, korean);
	}
}

void
hyk_text_write_value(struct hyk_buf *b, struct hyk_value v, const struct hyk_fact *fact, const struct hyk_zone *zone,
    bool korean)
{
	struct hyk_str unit = fact ? fact->unit : (struct hyk_str){ NULL, 0 };

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
		write_number(b, v, unit, korean);
		break;
	case HYK_STRING:
		hyk_buf_append(b, hyk_value_str(v));
		break;
	case HYK_TIMESTAMP:
		write_time(b, v.as.i, zone, fact && fact->type && fact->type->kind == HYK_T_DATE);
		break;
	case HYK_DURATION:
		write_duration(b, v.as.i, korean);
		break;
	case HYK_LIST:
		write_list(b, v, zone, korean);
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
hyk_text_write_particle(struct hyk_buf *b, struct hyk_str word, struct hyk_str with_final, struct hyk_str without_final)
{
	struct hyk_buf both;

	hyk_buf_init(&both, 0);
	hyk_buf_append(&both, word);
	/* "(으)로" when one ends in the other, else "이(가)": the forms base/josa.h settles. */
	if (without_final.n < with_final.n && hyk_str_ends_with(with_final, without_final)) {
		hyk_buf_append_char(&both, '(');
		hyk_buf_append(&both, hyk_str_make(with_final.p, with_final.n - without_final.n));
		hyk_buf_append_char(&both, ')');
		hyk_buf_append(&both, without_final);
	} else {
		hyk_buf_append(&both, with_final);
		hyk_buf_append_char(&both, '(');
		hyk_buf_append(&both, without_final);
		hyk_buf_append_char(&both, ')');
	}
	if (both.failed)
		b->failed = true;
	else
		hyk_josa_settle(b, hyk_buf_peek(&both));
	hyk_buf_fini(&both);
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

	for (size_t i = 0; i < t->n_pieces[lang]; i++) {
		const struct hyk_piece *p = &t->pieces[lang][i];
		struct hyk_buf word;

		hyk_buf_append(b, p->literal);
		if (!p->fact)
			continue;
		if (p->with_final.n == 0 && p->without_final.n == 0) {
			write_fact(b, d, p->fact, korean);
			continue;
		}
		hyk_buf_init(&word, 0);
		write_fact(&word, d, p->fact, korean);
		b->failed |= word.failed;
		hyk_text_write_particle(b, hyk_buf_peek(&word), p->with_final, p->without_final);
		hyk_buf_fini(&word);
	}
}
