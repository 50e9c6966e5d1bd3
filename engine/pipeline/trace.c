/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/trace.c - how a decision came about, as data: every rule, every fact, what plugins added, the nearest change. */
#include "pipeline/write.h"
#include "value/json.h"

static const char *
truth_name(enum hyk_truth t)
{
	switch (t) {
	case HYK_FALSE:
		return "false";
	case HYK_TRUE:
		return "true";
	case HYK_UNKNOWN_TRUTH:
		return "unknown";
	case HYK_IN_ERROR:
		return "error";
	}
	return "error";
}

static const char *
source_name(enum hyk_fact_source s)
{
	switch (s) {
	case HYK_FROM_CALLER:
		return "caller";
	case HYK_FROM_REGISTRY:
		return "registry";
	case HYK_FROM_RECORD:
		return "record";
	case HYK_FROM_HOOK:
		return "hook";
	}
	return "caller";
}

static const char *
assurance_name(enum hyk_assurance a)
{
	switch (a) {
	case HYK_DECLARED:
		return "declared";
	case HYK_VOUCHED:
		return "vouched";
	case HYK_VERIFIED:
		return "verified";
	}
	return "declared";
}

static void
write_slots(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_unknown *u)
{
	bool first = true;

	hyk_buf_append(b, HYK_STR(",\"waits_for\":["));
	for (uint32_t k = 0; u && k < u->n; k++)
		for (size_t i = 0; i < d->n_facts; i++)
			if (d->facts[i].fact->slot == u->slots[k]) {
				if (!first)
					hyk_buf_append_char(b, ',');
				first = false;
				hyk_json_write_str(b, d->facts[i].fact->path);
			}
	hyk_buf_append_char(b, ']');
}

/* "value", and for what is none why it is none. */
static void
write_value(struct hyk_buf *b, const struct hyk_decision *d, struct hyk_value v)
{
	hyk_buf_append(b, HYK_STR("\"value\":"));
	hyk_json_write(b, v);
	if (v.kind == HYK_UNKNOWN) {
		hyk_buf_append(b, HYK_STR(",\"state\":\"unknown\""));
		if (v.as.unknown)
			write_slots(b, d, v.as.unknown);
	} else if (v.kind == HYK_ABSENT) {
		hyk_buf_append(b, HYK_STR(",\"state\":\"absent\""));
	} else if (v.kind == HYK_ERROR_VALUE) {
		hyk_buf_append(b, HYK_STR(",\"state\":\"error\",\"error\":"));
		hyk_json_write_str(b, v.as.err ? v.as.err->text : HYK_STR("no memory"));
	}
}

static void
write_part(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_cel_traced *p)
{
	struct hyk_str text = p->src ? p->src->text : (struct hyk_str){ NULL, 0 };
	struct hyk_value value = p->value;
	struct hyk_span span = p->span;
	struct hyk_str part;

	if (span.at > text.n)
		span.at = (uint32_t)text.n;
	if (span.n > text.n - span.at)
		span.n = (uint32_t)(text.n - span.at);
	part = hyk_str_make(text.n ? text.p + span.at : NULL, span.n);
	/* A condition sees a date as a time; its reader knows it as the fact it is. */
	for (size_t i = 0; value.kind == HYK_TIMESTAMP && i < d->n_facts; i++)
		if (hyk_str_eq(d->facts[i].fact->path, part))
			value = d->facts[i].value;
	hyk_buf_append(b, HYK_STR("{\"text\":"));
	hyk_json_write_str(b, part);
	hyk_buf_append_char(b, ',');
	write_value(b, d, value);
	hyk_buf_append_char(b, '}');
}

static void
write_rule(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_rule_trace *t)
{
	const struct hyk_rule *rule = t->rule;

	hyk_buf_append(b, HYK_STR("{\"rule\":"));
	hyk_json_write_str(b, rule->full);
	hyk_buf_append(b, HYK_STR(",\"effect\":"));
	hyk_json_write_str(b, hyk_str_from_c(hyk_effect_name(rule->effect)));
	hyk_buf_append(b, HYK_STR(",\"layer\":"));
	hyk_json_write_str(b, hyk_str_from_c(hyk_layer_name(rule->policy->layer)));
	hyk_buf_append(b, HYK_STR(",\"code\":"));
	hyk_json_write_str(b, rule->code);
	hyk_buf_append(b, HYK_STR(",\"truth\":"));
	hyk_json_write_str(b, hyk_str_from_c(truth_name(t->truth)));
	hyk_buf_append_char(b, ',');
	write_value(b, d, t->value);
	if (rule->need) {
		hyk_buf_append(b, HYK_STR(",\"need\":"));
		hyk_json_write_str(b, rule->need->path);
	}
	if (rule->duty) {
		hyk_buf_append(b, HYK_STR(",\"duty\":"));
		hyk_json_write_str(b, rule->duty->type->name);
	}
	if (rule->because.n) {
		hyk_buf_append(b, HYK_STR(",\"text\":"));
		hyk_write_template(b, d, &rule->because);
	}
	hyk_buf_append(b, HYK_STR(",\"parts\":["));
	for (size_t i = 0; i < t->n_parts; i++) {
		if (i)
			hyk_buf_append_char(b, ',');
		write_part(b, d, &t->parts[i]);
	}
	hyk_buf_append(b, HYK_STR("]}"));
}

static void
write_fact(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_used_fact *u)
{
	hyk_buf_append(b, HYK_STR("{\"fact\":"));
	hyk_json_write_str(b, u->fact->path);
	if (u->fact->title.n) {
		hyk_buf_append(b, HYK_STR(",\"title\":"));
		hyk_write_text(b, &u->fact->title);
	}
	hyk_buf_append_char(b, ',');
	write_value(b, d, u->value);
	hyk_buf_append(b, HYK_STR(",\"source\":"));
	hyk_json_write_str(b, hyk_str_from_c(source_name(u->source)));
	hyk_buf_append(b, HYK_STR(",\"assurance\":"));
	hyk_json_write_str(b, hyk_str_from_c(assurance_name(u->assurance)));
	hyk_buf_append(b, u->is_default ? HYK_STR(",\"default\":true}") : HYK_STR(",\"default\":false}"));
}

/* What plugins said, besides the facts they gave (those have source "hook"). */
static void
write_hooks(struct hyk_buf *b, const struct hyk_decision *d)
{
	bool first = true;

	hyk_buf_append(b, HYK_STR("],\"hooks\":["));
	for (size_t i = 0; i < d->n_reasons; i++) {
		const struct hyk_reason *r = &d->reasons[i];

		if (!r->source.n)
			continue;
		if (!first)
			hyk_buf_append_char(b, ',');
		first = false;
		hyk_buf_append(b, HYK_STR("{\"plugin\":"));
		hyk_json_write_str(b, r->source);
		hyk_buf_append(b, HYK_STR(",\"code\":"));
		hyk_json_write_str(b, r->code);
		hyk_buf_append(b, HYK_STR(",\"effect\":"));
		hyk_json_write_str(b, hyk_str_from_c(hyk_effect_name(r->effect)));
		hyk_buf_append_char(b, '}');
	}
}

void
hyk_decision_write_trace(struct hyk_buf *b, const struct hyk_decision *d)
{
	hyk_buf_append(b, HYK_STR("{\"outcome\":"));
	hyk_json_write_str(b, hyk_str_from_c(hyk_outcome_name(d->outcome)));
	hyk_buf_append(b, HYK_STR(",\"ruleset\":"));
	hyk_buf_append_i64(b, (int64_t)d->ruleset);
	hyk_buf_append(b, HYK_STR(",\"now\":"));
	hyk_write_time(b, d->now);
	hyk_buf_append(b, HYK_STR(",\"commons\":"));
	if (d->commons)
		hyk_json_write_str(b, d->commons->path);
	else
		hyk_buf_append(b, HYK_STR("null"));
	hyk_buf_append(b, HYK_STR(",\"cost\":{\"used\":"));
	hyk_buf_append_i64(b, (int64_t)d->cost);
	hyk_buf_append(b, HYK_STR(",\"limit\":"));
	hyk_buf_append_i64(b, HYK_CEL_DECISION_GAS);
	hyk_buf_append(b, HYK_STR("},\"rules\":["));
	for (size_t i = 0; i < d->n_rules; i++) {
		if (i)
			hyk_buf_append_char(b, ',');
		write_rule(b, d, &d->rules[i]);
	}
	hyk_buf_append(b, HYK_STR("],\"facts\":["));
	for (size_t i = 0; i < d->n_facts; i++) {
		if (i)
			hyk_buf_append_char(b, ',');
		write_fact(b, d, &d->facts[i]);
	}
	write_hooks(b, d);
	hyk_buf_append(b, HYK_STR("],\"faults\":["));
	for (size_t i = 0; i < d->n_faults; i++) {
		if (i)
			hyk_buf_append_char(b, ',');
		hyk_write_fault(b, &d->faults[i]);
	}
	hyk_buf_append(b, HYK_STR("],\"ignored\":["));
	for (size_t i = 0; i < d->n_ignored; i++) {
		if (i)
			hyk_buf_append_char(b, ',');
		hyk_json_write_str(b, d->ignored[i]);
	}
	hyk_buf_append(b, HYK_STR("],\"nearest\":"));
	if (d->n_offers)
		hyk_write_offer(b, d, &d->offers[0]);
	else
		hyk_buf_append(b, HYK_STR("null"));
	hyk_buf_append_char(b, '}');
}
