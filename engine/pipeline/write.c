/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/write.c - a decision as AuthZEN's answer, and as a line of `hyangyak test --json`. */
#include "pipeline/write.h"

#include "base/digest.h"
#include "pipeline/text.h"
#include "value/json.h"

/* `,"key":` with the comma unless it is the first of its object. */
static void
key(struct hyk_buf *b, struct hyk_str quoted)
{
	if (b->n && b->p[b->n - 1] != '{')
		hyk_buf_append_char(b, ',');
	hyk_buf_append(b, quoted);
}

/* KEY("id") is `"id":`, spelled once at compile time. */
#define KEY(b, name) key((b), HYK_STR("\"" name "\":"))

static void
comma(struct hyk_buf *b, size_t i)
{
	if (i)
		hyk_buf_append_char(b, ',');
}

static void
boolean(struct hyk_buf *b, bool v)
{
	hyk_buf_append(b, v ? HYK_STR("true") : HYK_STR("false"));
}

void
hyk_write_time(struct hyk_buf *b, struct hyk_time t)
{
	char text[40];
	size_t n = hyk_timestamp_format(hyk_timestamp(t.s, (uint32_t)t.ns), text);

	hyk_buf_append_char(b, '"');
	hyk_buf_append(b, hyk_str_make(text, n));
	hyk_buf_append_char(b, '"');
}

void
hyk_write_text(struct hyk_buf *b, const struct hyk_text *t)
{
	hyk_buf_append_char(b, '{');
	for (size_t i = 0; i < t->n; i++) {
		comma(b, i);
		hyk_json_write_str(b, t->tags[i]);
		hyk_buf_append_char(b, ':');
		hyk_json_write_str(b, t->texts[i]);
	}
	hyk_buf_append_char(b, '}');
}

void
hyk_write_template(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_template *t)
{
	hyk_buf_append_char(b, '{');
	for (size_t i = 0; i < t->n; i++) {
		comma(b, i);
		hyk_json_write_str(b, t->tags[i]);
		hyk_buf_append_char(b, ':');
		if (t->n_pieces[i] == 1 && !t->pieces[i][0].fact) {
			hyk_json_write_str(b, t->pieces[i][0].literal);
		} else {
			struct hyk_buf whole;

			hyk_buf_init(&whole, 0);
			hyk_text_write(&whole, d, t, i);
			b->failed |= whole.failed;
			hyk_json_write_str(b, hyk_buf_peek(&whole));
			hyk_buf_fini(&whole);
		}
	}
	hyk_buf_append_char(b, '}');
}

static void
write_code_text(struct hyk_buf *b, struct hyk_str code)
{
	struct hyk_str ko = hyk_text_of_code(code, true), en = hyk_text_of_code(code, false);

	if (!ko.n)
		return;
	KEY(b, "text");
	hyk_buf_append(b, HYK_STR("{\"ko\":"));
	hyk_json_write_str(b, ko);
	hyk_buf_append(b, HYK_STR(",\"en\":"));
	hyk_json_write_str(b, en);
	hyk_buf_append_char(b, '}');
}

/* A rule in error says the engine's sentence, not the rule's own: it did not come to speak. */
static bool
speaks_engine(const struct hyk_reason *r)
{
	return !r->rule || !hyk_str_eq(r->code, r->rule->code);
}

static void
write_optional(struct hyk_buf *b, struct hyk_str quoted, struct hyk_str s)
{
	if (!s.n)
		return;
	key(b, quoted);
	hyk_json_write_str(b, s);
}
#define OPTIONAL(b, name, s) write_optional((b), HYK_STR("\"" name "\":"), (s))

static void
write_reason(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_reason *r)
{
	hyk_buf_append_char(b, '{');
	KEY(b, "code");
	hyk_json_write_str(b, r->code);
	if (r->rule) {
		KEY(b, "rule");
		hyk_json_write_str(b, r->rule->full);
	}
	KEY(b, "effect");
	hyk_json_write_str(b, hyk_str_from_c(hyk_effect_name(r->effect)));
	OPTIONAL(b, "plugin", r->source);
	if (r->text.n) {
		KEY(b, "text");
		hyk_write_text(b, &r->text);
	} else if (speaks_engine(r)) {
		write_code_text(b, r->code);
	} else if (r->rule->because.n) {
		KEY(b, "text");
		hyk_write_template(b, d, &r->rule->because);
	}
	if (r->rule) {
		OPTIONAL(b, "basis", r->rule->basis);
		OPTIONAL(b, "basis_url", r->rule->basis_url);
		OPTIONAL(b, "basis_checked_on", r->rule->basis_checked_on);
	}
	hyk_buf_append_char(b, '}');
}

static void
write_rule(struct hyk_buf *b, const struct hyk_rule *rule)
{
	if (rule)
		OPTIONAL(b, "rule", rule->full);
}

static void
write_need(struct hyk_buf *b, const struct hyk_need *n)
{
	hyk_buf_append_char(b, '{');
	KEY(b, "kind");
	hyk_json_write_str(b, n->kind);
	KEY(b, "id");
	hyk_json_write_str(b, n->id);
	KEY(b, "fact");
	hyk_json_write_str(b, n->fact);
	OPTIONAL(b, "by", n->by);
	if (n->n_any_of) {
		KEY(b, "any_of");
		hyk_buf_append_char(b, '[');
		for (size_t i = 0; i < n->n_any_of; i++) {
			comma(b, i);
			hyk_json_write_str(b, n->any_of[i]);
		}
		hyk_buf_append_char(b, ']');
	}
	write_rule(b, n->rule);
	hyk_buf_append_char(b, '}');
}

static void
write_duty(struct hyk_buf *b, const struct hyk_owed *o)
{
	hyk_buf_append_char(b, '{');
	KEY(b, "id");
	hyk_json_write_str(b, o->id);
	KEY(b, "type");
	hyk_json_write_str(b, o->type);
	OPTIONAL(b, "owed_by", o->owed_by);
	OPTIONAL(b, "owed_to", o->owed_to);
	OPTIONAL(b, "due", o->due);
	if (o->terms.kind == HYK_MAP && o->terms.as.map->n) {
		KEY(b, "terms");
		hyk_json_write(b, o->terms);
	}
	write_rule(b, o->rule);
	hyk_buf_append_char(b, '}');
}

void
hyk_write_offer(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_offered *o)
{
	hyk_buf_append_char(b, '{');
	KEY(b, "set");
	hyk_json_write(b, o->set);
	if (o->offer && o->offer->text.n) {
		KEY(b, "text");
		hyk_write_template(b, d, &o->offer->text);
	} else if (o->text.n) {
		KEY(b, "text");
		hyk_write_text(b, &o->text);
	}
	write_rule(b, o->rule);
	hyk_buf_append_char(b, '}');
}

void
hyk_write_fault(struct hyk_buf *b, const struct hyk_fault *f)
{
	hyk_buf_append_char(b, '{');
	KEY(b, "code");
	hyk_json_write_str(b, f->code);
	OPTIONAL(b, "plugin", f->plugin);
	write_rule(b, f->rule);
	OPTIONAL(b, "message", f->message);
	hyk_buf_append_char(b, '}');
}

static void
write_head(struct hyk_buf *b, const struct hyk_decision *d)
{
	if (!d->dry_run && d->id[0]) {
		KEY(b, "id");
		hyk_json_write_str(b, hyk_str_make(d->id, strnlen(d->id, sizeof(d->id))));
	}
	KEY(b, "outcome");
	hyk_json_write_str(b, hyk_str_from_c(hyk_outcome_name(d->outcome)));
	if (d->dry_run) {
		KEY(b, "dry_run");
		boolean(b, true);
	}
	if (d->dev) {
		KEY(b, "dev");
		boolean(b, true);
	}
	KEY(b, "ruleset");
	hyk_buf_append_i64(b, (int64_t)d->ruleset);
	KEY(b, "now");
	hyk_write_time(b, d->now);
	KEY(b, "valid_until");
	hyk_write_time(b, d->valid_until);
}

void
hyk_decision_write_open(struct hyk_buf *b, const struct hyk_decision *d)
{
	hyk_buf_append(b, HYK_STR("{\"decision\":"));
	boolean(b, d->outcome == HYK_OUTCOME_PERMIT);
	hyk_buf_append(b, HYK_STR(",\"context\":{"));
	write_head(b, d);
	hyk_buf_append(b, HYK_STR(",\"reasons\":["));
	for (size_t i = 0; i < d->n_reasons; i++) {
		comma(b, i);
		write_reason(b, d, &d->reasons[i]);
	}
	hyk_buf_append(b, HYK_STR("],\"needs\":["));
	for (size_t i = 0; i < d->n_needs; i++) {
		comma(b, i);
		write_need(b, &d->needs[i]);
	}
	hyk_buf_append(b, HYK_STR("],\"duties\":["));
	for (size_t i = 0; i < d->n_duties; i++) {
		comma(b, i);
		write_duty(b, &d->duties[i]);
	}
	hyk_buf_append(b, HYK_STR("],\"offers\":["));
	for (size_t i = 0; i < d->n_offers; i++) {
		comma(b, i);
		hyk_write_offer(b, d, &d->offers[i]);
	}
	hyk_buf_append_char(b, ']');
	if (d->n_faults) {
		hyk_buf_append(b, HYK_STR(",\"faults\":["));
		for (size_t i = 0; i < d->n_faults; i++) {
			comma(b, i);
			hyk_write_fault(b, &d->faults[i]);
		}
		hyk_buf_append_char(b, ']');
	}
	if (d->n_ignored) {
		hyk_buf_append(b, HYK_STR(",\"ignored\":["));
		for (size_t i = 0; i < d->n_ignored; i++) {
			comma(b, i);
			hyk_json_write_str(b, d->ignored[i]);
		}
		hyk_buf_append_char(b, ']');
	}
}

void
hyk_decision_write_close(struct hyk_buf *b, const uint64_t *record_index, const uint8_t *leaf_hash)
{
	if (record_index) {
		hyk_buf_append(b, HYK_STR(",\"record\":{\"index\":"));
		hyk_buf_append_i64(b, (int64_t)*record_index);
		if (leaf_hash) {
			hyk_buf_append(b, HYK_STR(",\"leaf\":\""));
			hyk_base64url(b, leaf_hash, HYK_SHA256_BYTES);
			hyk_buf_append_char(b, '"');
		}
		hyk_buf_append_char(b, '}');
	}
	hyk_buf_append(b, HYK_STR("}}"));
}

void
hyk_decision_write_reason_text(struct hyk_buf *b, const struct hyk_decision *d, const struct hyk_reason *r,
    const char *tag)
{
	struct hyk_str s;
	size_t lang;

	if (r->text.n) {
		hyk_buf_append(b, hyk_text_find(&r->text, tag));
		return;
	}
	if (speaks_engine(r)) {
		s = hyk_text_of_code(r->code, hyk_str_eq_c(hyk_str_from_c(tag), "ko"));
		hyk_buf_append(b, s.n ? s : r->code);
		return;
	}
	lang = hyk_text_language(&r->rule->because, hyk_str_from_c(tag));
	if (lang == SIZE_MAX)
		hyk_buf_append(b, r->code);
	else
		hyk_text_write(b, d, &r->rule->because, lang);
}

/* ---- hyangyak test --json ---- */

/* Writes s unless it is among those that came before. */
static void
set_item(struct hyk_buf *b, struct hyk_str s, bool seen, bool *first)
{
	if (seen)
		return;
	if (!*first)
		hyk_buf_append_char(b, ',');
	*first = false;
	hyk_json_write_str(b, s);
}

static bool
is_shown(const struct hyk_reason *r)
{
	return !r->rule || r->effect != HYK_PERMIT;
}

/* A permit's own code is left out; that it is in error is told. */
static bool
tells_code(const struct hyk_reason *r)
{
	return r->effect != HYK_PERMIT || (r->rule && !hyk_str_eq(r->code, r->rule->code));
}

void
hyk_decision_write_case(struct hyk_buf *b, struct hyk_str name, const struct hyk_decision *d)
{
	bool first = true;

	hyk_buf_append(b, HYK_STR("{\"name\":"));
	hyk_json_write_str(b, name);
	hyk_buf_append(b, HYK_STR(",\"outcome\":"));
	hyk_json_write_str(b, hyk_str_from_c(hyk_outcome_name(d->outcome)));
	hyk_buf_append(b, HYK_STR(",\"reasons\":["));
	for (size_t i = 0; i < d->n_reasons; i++) {
		const struct hyk_reason *r = &d->reasons[i];
		bool seen = !r->rule || !is_shown(r);

		for (size_t k = 0; k < i && !seen; k++)
			seen = d->reasons[k].rule && is_shown(&d->reasons[k]) && hyk_str_eq(d->reasons[k].rule->id, r->rule->id);
		set_item(b, seen ? (struct hyk_str){ NULL, 0 } : r->rule->id, seen, &first);
	}
	hyk_buf_append(b, HYK_STR("],\"codes\":["));
	first = true;
	for (size_t i = 0; i < d->n_reasons; i++) {
		bool seen = !tells_code(&d->reasons[i]);

		for (size_t k = 0; k < i && !seen; k++)
			seen = tells_code(&d->reasons[k]) && hyk_str_eq(d->reasons[k].code, d->reasons[i].code);
		set_item(b, d->reasons[i].code, seen, &first);
	}
	hyk_buf_append(b, HYK_STR("],\"duties\":["));
	first = true;
	for (size_t i = 0; i < d->n_duties; i++) {
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = hyk_str_eq(d->duties[k].type, d->duties[i].type);
		set_item(b, d->duties[i].type, seen, &first);
	}
	hyk_buf_append(b, HYK_STR("],\"needs\":["));
	for (size_t i = 0; i < d->n_needs; i++) {
		struct hyk_buf whole;

		hyk_buf_init(&whole, 0);
		hyk_buf_append(&whole, d->needs[i].kind);
		hyk_buf_append_char(&whole, ':');
		hyk_buf_append(&whole, d->needs[i].id);
		b->failed |= whole.failed;
		comma(b, i);
		hyk_json_write_str(b, hyk_buf_peek(&whole));
		hyk_buf_fini(&whole);
	}
	hyk_buf_append(b, HYK_STR("],\"fault\":"));
	if (d->n_faults)
		hyk_json_write_str(b, d->faults[0].code);
	else
		hyk_buf_append(b, HYK_STR("null"));
	hyk_buf_append_char(b, '}');
}
