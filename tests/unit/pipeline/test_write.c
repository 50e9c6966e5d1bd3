/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/write.c and trace.c - what a decision looks like from outside. */
#include "pipeline/decide.h"

#include "unit/pipeline/fixture.h"

#define POLICY \
	"policy: p\ncommons: town\nlayer: commons\ntitle: {ko: 규칙, en: Rules}\n" \
	"applies_to: {assets: [hall], actions: ['*']}\nrules:\n" \
	"  - {id: open, effect: permit, because: {ko: 누구나, en: Anyone}}\n" \
	"  - {id: fee, effect: require, need: context.nu, actions: [reserve],\n" \
	"     because: {ko: \"{context.fee_krw}이(가) 맞는지 봅니다\", en: \"Is {context.fee_krw} right\"},\n" \
	"     basis: {text: 조례 제3조, url: 'https://example.org/3', checked_on: 2026-01-02},\n" \
	"     offer: {text: {ko: 무료로, en: For nothing}, set: {context.fee_krw: 0}}}\n" \
	"  - {id: dep, effect: require, actions: [reserve], because: {ko: 보증금, en: Deposit},\n" \
	"     duty: {type: deposit, amount: '=context.fee_krw', owed_by: subject, due: before}}\n"

static const char *const policies[] = { POLICY, NULL };
static struct fixture x;

#define ASKED(action, more) \
	"{'subject': {'type': 'person', 'id': 'mina'}, 'action': {'name': '" action "'}," \
	"'resource': {'type': 'hall', 'id': 'h1'}" more "}"
#define MINA(action) ASKED(action, "")
#define RESERVE(more) ASKED("reserve", ", 'context': {'fee_krw': 10000, 'zz': 1}" more)

/* What was written, read back; null when it is no JSON. */
static struct hyk_value
written(void)
{
	struct hyk_source *src = hyk_source_new(&x.scratch, HYK_STR("<out>"), hyk_buf_peek(&x.out));
	struct hyk_value v = hyk_null();
	struct hyk_diags diags;

	hyk_diags_init(&diags, &x.scratch);
	CHECK(!x.out.failed);
	if (!CHECK(src && hyk_json_parse(&x.scratch, src, NULL, &v, &diags) == HYK_OK))
		fprintf(stderr, "%.*s\n", HYK_STR_ARG(hyk_buf_peek(&x.out)));
	return v;
}

/* A member by a dotted path with list indices: "context.needs.0.kind". */
static struct hyk_value
at(struct hyk_value v, const char *path)
{
	while (*path) {
		size_t n = strcspn(path, ".");

		if (v.kind == HYK_LIST) {
			size_t i = (size_t)strtoul(path, NULL, 10);

			v = i < v.as.list->n ? v.as.list->items[i] : hyk_absent();
		} else {
			const struct hyk_value *m =
			    v.kind == HYK_MAP ? hyk_vmap_find_str(v.as.map, hyk_str_make(path, n)) : NULL;

			v = m ? *m : hyk_absent();
		}
		path += n + (path[n] == '.');
	}
	return v;
}

static void
is_text(struct hyk_value v, const char *path, const char *want)
{
	struct hyk_value m = at(v, path);

	if (!CHECK(m.kind == HYK_STRING) || !CHECK_STR(hyk_value_str(m), want))
		fprintf(stderr, "    %s\n", path);
}

/* The answer to a request, with a record if it is to have one. */
static struct hyk_value
answer_to(const char *request, const uint64_t *record)
{
	static const uint8_t leaf[32];

	if (!CHECK_INT(fixture_decide(&x, request), HYK_OK))
		return hyk_null();
	memcpy(x.decision.id, "01JD0000000000000000000000", 27);
	hyk_buf_reset(&x.out);
	hyk_decision_write_open(&x.out, &x.decision);
	hyk_decision_write_close(&x.out, record, leaf);
	return written();
}

TEST(an_answer)
{
	if (fixture_open(&x, fixture_quiet, policies)) {
		uint64_t index = 90211;
		struct hyk_value v = answer_to(RESERVE(""), &index);

		CHECK(at(v, "decision").kind == HYK_BOOL && !at(v, "decision").as.b);
		is_text(v, "context.id", "01JD0000000000000000000000");
		is_text(v, "context.outcome", "conditional");
		CHECK_INT(at(v, "context.ruleset").as.i, 7);
		is_text(v, "context.now", "2026-05-02T03:00:00Z");
		is_text(v, "context.valid_until", "2026-05-02T03:05:00Z");
		is_text(v, "context.reasons.0.code", "FEE");
		is_text(v, "context.reasons.0.rule", "town:p#fee");
		is_text(v, "context.reasons.0.effect", "require");
		is_text(v, "context.reasons.0.text.ko", "10,000원이 맞는지 봅니다");
		is_text(v, "context.reasons.0.text.en", "Is 10,000 KRW right");
		is_text(v, "context.reasons.0.basis", "조례 제3조");
		is_text(v, "context.reasons.0.basis_url", "https://example.org/3");
		is_text(v, "context.reasons.1.code", "DEP");
		CHECK_INT(at(v, "context.reasons").as.list->n, 2);
		is_text(v, "context.needs.0.kind", "filing");
		is_text(v, "context.needs.0.id", "nu");
		is_text(v, "context.needs.0.fact", "context.nu");
		is_text(v, "context.needs.0.rule", "town:p#fee");
		is_text(v, "context.duties.0.id", "dep");
		is_text(v, "context.duties.0.type", "deposit");
		is_text(v, "context.duties.0.owed_by", "person:mina");
		is_text(v, "context.duties.0.due", "before");
		CHECK_INT(at(v, "context.duties.0.terms.amount").as.i, 10000);
		CHECK_INT(hyk_value_get(at(v, "context.offers.0.set"), "context.fee_krw")->as.i, 0);
		is_text(v, "context.offers.0.text.ko", "무료로");
		is_text(v, "context.ignored.0", "context.zz");
		CHECK_INT(at(v, "context.record.index").as.i, 90211);
		CHECK(at(v, "context.record.leaf").kind == HYK_STRING);
		CHECK_INT(at(v, "context.dry_run").kind, HYK_ABSENT);
		CHECK_INT(at(v, "context.faults").kind, HYK_ABSENT);
	}
	fixture_close(&x);
}

TEST(a_dry_run_has_no_record)
{
	if (fixture_open(&x, fixture_quiet, policies)) {
		struct hyk_value v = answer_to(RESERVE(",'dry_run': true"), NULL);

		CHECK(at(v, "context.dry_run").as.b);
		CHECK_INT(at(v, "context.id").kind, HYK_ABSENT);
		CHECK_INT(at(v, "context.record").kind, HYK_ABSENT);
	}
	fixture_close(&x);
}

TEST(a_deny_tells_no_needs)
{
	if (fixture_open(&x, fixture_quiet, policies)) {
		struct hyk_value v = answer_to(MINA("fly"), NULL);

		is_text(v, "context.outcome", "deny");
		is_text(v, "context.reasons.0.code", "UNKNOWN_ACTION");
		is_text(v, "context.reasons.0.text.en", "This asset has no such action");
		CHECK_INT(at(v, "context.needs").as.list->n, 0);
		CHECK_INT(at(v, "context.duties").as.list->n, 0);
	}
	fixture_close(&x);
}

TEST(a_permit_is_the_only_true)
{
	if (fixture_open(&x, fixture_quiet, policies)) {
		CHECK(at(answer_to(MINA("look"), NULL), "decision").as.b);
		hyk_buf_reset(&x.out);
		hyk_decision_write_reason_text(&x.out, &x.decision, &x.decision.reasons[0], "ko");
		CHECK_STR(hyk_buf_peek(&x.out), "누구나");
	}
	fixture_close(&x);
}

static bool
rule_is(struct hyk_value v, const char *id, const char *truth)
{
	struct hyk_value rules = at(v, "rules");

	for (uint32_t i = 0; rules.kind == HYK_LIST && i < rules.as.list->n; i++)
		if (hyk_str_ends_with(hyk_value_str(at(rules.as.list->items[i], "rule")), hyk_str_from_c(id)))
			return hyk_str_eq_c(hyk_value_str(at(rules.as.list->items[i], "truth")), truth);
	return false;
}

TEST(a_trace)
{
	if (fixture_open(&x, fixture_quiet, policies)) {
		struct hyk_value v, facts;
		size_t seen = 0;

		x.in.trace = true;
		CHECK_INT(fixture_decide(&x, RESERVE("")), HYK_OK);
		hyk_buf_reset(&x.out);
		hyk_decision_write_trace(&x.out, &x.decision);
		v = written();
		CHECK(rule_is(v, "#g-busy", "false"));
		CHECK(rule_is(v, "#open", "true"));
		CHECK(rule_is(v, "#fee", "true"));
		is_text(v, "commons", "town");
		is_text(v, "nearest.text.en", "For nothing");
		is_text(v, "ignored.0", "context.zz");
		/* some rules of a few names and operators each */
		CHECK(at(v, "cost.used").as.i > 3 && at(v, "cost.used").as.i < 1000);
		CHECK_INT(at(v, "cost.limit").as.i, 10000000);
		facts = at(v, "facts");
		REQUIRE(facts.kind == HYK_LIST);
		for (uint32_t i = 0; i < facts.as.list->n; i++) {
			struct hyk_value f = facts.as.list->items[i];
			struct hyk_str path = hyk_value_str(at(f, "fact"));

			if (hyk_str_eq_c(path, "context.fee_krw")) {
				seen++;
				CHECK_INT(at(f, "value").as.i, 10000);
				is_text(f, "source", "caller");
				is_text(f, "assurance", "declared");
				CHECK(!at(f, "default").as.b);
			} else if (hyk_str_eq_c(path, "resource.area")) {
				seen++;
				CHECK_INT(at(f, "value").as.i, 100);
				is_text(f, "source", "registry");
				is_text(f, "assurance", "verified");
			} else if (hyk_str_eq_c(path, "context.nu")) {
				seen++;
				is_text(f, "state", "unknown");
			} else if (hyk_str_eq_c(path, "context.start")) {
				seen++;
				is_text(f, "error", "'context.start' was not given");
			} else if (hyk_str_eq_c(path, "context.party_size")) {
				seen++;
				CHECK(at(f, "default").as.b);
			}
		}
		CHECK_INT(seen, 5);
	}
	fixture_close(&x);
}

int
main(void)
{
	RUN(an_answer);
	RUN(a_dry_run_has_no_record);
	RUN(a_deny_tells_no_needs);
	RUN(a_permit_is_the_only_true);
	RUN(a_trace);
	return check_done();
}
