/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/hooks.c - one hand-off, only what a plugin may read, and a failed hook that permits nothing. */
#include "pipeline/hooks.h"

#include "unit/pipeline/fixture.h"

#define HEAD "policy: p\ncommons: town\nlayer: commons\ntitle: {ko: 규칙, en: Rules}\n" \
             "applies_to: {assets: [hall], actions: ['*']}\nrules:\n"
#define RULE(id, effect, rest) "  - {id: " id ", effect: " effect ", because: {ko: 까닭, en: Why}" rest "}\n"
#define ASK "{'subject': {'type': 'person', 'id': 'mina', 'properties': {'age': 20}}, 'action': {'name': 'look'}," \
	"'resource': {'type': 'hall', 'id': 'h1'}}"

static struct fixture x;

/* What the plugin answers, by stage: JSON, or "!outcome". */
struct plugin {
	const char *answers[3];
	size_t n_hand_offs, n_calls;
	struct hyk_value request; /* of the first call */
};

static void
run_hooks(void *self, struct hyk_hook_call *calls, size_t n, struct hyk_arena *arena)
{
	struct plugin *p = self;

	p->n_hand_offs++;
	p->n_calls += n;
	for (size_t i = 0; i < n; i++) {
		const char *answer = p->answers[calls[i].stage];

		CHECK_STR(calls[i].plugin->name, "hall");
		if (i == 0)
			p->request = calls[i].request;
		else
			CHECK(calls[i].stage >= calls[i - 1].stage);
		if (answer && answer[0] == '!') {
			calls[i].ok = false;
			calls[i].outcome = hyk_str_from_c(answer + 1);
			calls[i].message = HYK_STR("it broke");
		} else {
			calls[i].ok = true;
			calls[i].outcome = HYK_STR("ok");
			calls[i].answer = answer ? fixture_json(arena, answer) : hyk_null();
		}
	}
}

static void
expect_with(struct plugin *p, const char *line)
{
	struct hyk_hooks hooks = { .self = p, .run = run_hooks };

	x.in.hooks = &hooks;
	p->n_hand_offs = p->n_calls = 0;
	if (CHECK_INT(fixture_decide(&x, ASK), HYK_OK))
		CHECK_C(fixture_line(&x), line);
	x.in.hooks = NULL;
}

static const char *const open_only[] = { HEAD RULE("open", "permit", ""), NULL };
static const char *const crowded[] = { HEAD RULE("open", "permit", "") RULE("crowd", "forbid",
	", when: context.crowded"), NULL };

#define PERMITTED "'outcome':'permit','reasons':[],'codes':[],'duties':[],'needs':[],'fault':null}"

TEST(one_hand_off_in_stage_order)
{
	struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, crowded)) {
		expect_with(&p, PERMITTED);
		CHECK_INT(p.n_hand_offs, 1);
		CHECK_INT(p.n_calls, 3);
	}
	fixture_close(&x);
}

TEST(no_hooks_no_hand_off)
{
	struct plugin p = { .answers = { "{}", NULL, NULL } };

	if (fixture_open(&x, fixture_quiet, open_only)) {
		expect_with(&p, PERMITTED);
		CHECK_INT(p.n_hand_offs, 0);
	}
	fixture_close(&x);
}

TEST(only_what_it_reads)
{
	struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, crowded)) {
		struct hyk_hooks hooks = { .self = &p, .run = run_hooks };
		struct hyk_value q;

		x.in.hooks = &hooks;
		CHECK_INT(fixture_decide(&x, "{'subject': {'type': 'person', 'id': 'verified'},"
		    "'action': {'name': 'reserve'}, 'resource': {'type': 'hall', 'id': 'h1'},"
		    "'context': {'party_size': 4, 'f': true, 'start': '2026-05-02T12:00:00Z'}}"), HYK_OK);
		q = p.request;
		REQUIRE(q.kind == HYK_MAP);
		CHECK_INT(hyk_value_get(*hyk_value_get(q, "context"), "party_size")->as.i, 4);
		CHECK(hyk_value_get(*hyk_value_get(q, "context"), "t")->as.b);
		CHECK_INT(hyk_value_get(q, "context")->as.map->n, 2);
		CHECK_INT(hyk_value_get(*hyk_value_get(q, "subject"), "age")->as.i, 40);
		CHECK_STR(hyk_value_str(*hyk_value_get(*hyk_value_get(q, "subject"), "id")), "verified");
		CHECK_INT(hyk_value_get(q, "subject")->as.map->n, 2);
		CHECK_INT(hyk_value_get(q, "resource")->as.map->n, 0);
		CHECK_STR(hyk_value_str(*hyk_value_get(*hyk_value_get(q, "action"), "name")), "reserve");
		CHECK_INT(hyk_value_get(q, "now")->kind, HYK_TIMESTAMP);
		CHECK(hyk_value_get(q, "tz") == NULL);
		x.in.hooks = NULL;
	}
	fixture_close(&x);
}

TEST(enriched_facts)
{
	struct plugin p = { .answers = { "{'crowded': true}", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, crowded)) {
		expect_with(&p, "'outcome':'deny','reasons':['crowd'],'codes':['CROWD'],'duties':[],'needs':[],'fault':null}");
		p.answers[0] = NULL; /* says nothing: the fact has no default */
		expect_with(&p, "'outcome':'conditional','reasons':['crowd'],'codes':['RULE_ERROR'],'duties':[],"
		                "'needs':['human_decision:steward'],'fault':'RULE_ERROR'}");
		p.answers[0] = "{'crowded': 'very'}";
		expect_with(&p, "'outcome':'conditional','reasons':['crowd'],'codes':['RULE_ERROR','PLUGIN_BAD_RESULT'],"
		                "'duties':[],'needs':['human_decision:steward'],'fault':'PLUGIN_BAD_RESULT'}");
		p.answers[0] = "{'crowded': false, 'u': true}"; /* u is proven by evidence, not by a plugin's word */
		expect_with(&p, "'outcome':'conditional','reasons':[],'codes':['PLUGIN_BAD_RESULT'],'duties':[],"
		                "'needs':['human_decision:steward'],'fault':'PLUGIN_BAD_RESULT'}");
	}
	fixture_close(&x);
}

TEST(verdicts)
{
	struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };
	static const char *const none[] = { HEAD RULE("never", "permit", ", when: context.f"), NULL };

	if (fixture_open(&x, fixture_hall, open_only)) {
		p.answers[1] = "{'answer': 'forbid', 'code': 'WET', 'text': {'ko': '젖음', 'en': 'Wet floor'},"
		               "'offer': {'set': {'context.t': false}, 'text': 'Dry it'}}";
		expect_with(&p, "'outcome':'deny','reasons':[],'codes':['WET'],'duties':[],'needs':[],'fault':null}");
		CHECK_STR(x.decision.reasons[0].source, "hall");
		CHECK_STR(hyk_text_find(&x.decision.reasons[0].text, "ko"), "젖음");
		CHECK_INT(x.decision.n_offers, 1);
		p.answers[1] = "[{'answer': 'need', 'fact': 'context.u'}, {'answer': 'need', 'fact': 'context.nt'}]";
		expect_with(&p, "'outcome':'conditional','reasons':[],'codes':['U'],'duties':[],'needs':['evidence:u'],"
		                "'fault':null}");
		CHECK_STR(x.decision.reasons[0].source, "hall");
		CHECK_STR(hyk_text_find(&x.decision.reasons[0].text, "ko"), "context.u: 확인이 필요합니다");
		CHECK_STR(hyk_text_find(&x.decision.reasons[0].text, "en"), "context.u: this must be proven");
		p.answers[1] = "{'answer': 'need', 'fact': 'context.u', 'code': 'ASK', 'text': {'ko': '보여 주세요', 'en': 'Show'}}";
		expect_with(&p, "'outcome':'conditional','reasons':[],'codes':['ASK'],'duties':[],'needs':['evidence:u'],"
		                "'fault':null}");
		CHECK_STR(hyk_text_find(&x.decision.reasons[0].text, "ko"), "보여 주세요");
		p.answers[1] = "{'answer': 'forbid', 'code': 'WET'}"; /* without words: those of the plugin's title */
		expect_with(&p, "'outcome':'deny','reasons':[],'codes':['WET'],'duties':[],'needs':[],'fault':null}");
		CHECK_STR(hyk_text_find(&x.decision.reasons[0].text, "ko"), "강당: 허가하지 않습니다");
		CHECK_STR(hyk_text_find(&x.decision.reasons[0].text, "en"), "Hall: not permitted");
		p.answers[1] = "{'answer': 'need', 'fact': 'context.conflict'}"; /* on record: false */
		expect_with(&p, "'outcome':'deny','reasons':[],'codes':['CONFLICT'],'duties':[],'needs':[],'fault':null}");
		p.answers[1] = "[]";
		p.answers[2] = "{'answer': 'owe', 'duty': 'deposit', 'terms': {'amount': 5, 'owed_by': 'subject', 'due': 'after'}}";
		expect_with(&p, "'outcome':'permit','reasons':[],'codes':['DEPOSIT'],'duties':['deposit'],'needs':[],'fault':null}");
		CHECK_STR(hyk_text_find(&x.decision.reasons[1].text, "ko"), "deposit: 의무가 따릅니다");
		CHECK_STR(hyk_text_find(&x.decision.reasons[1].text, "en"), "deposit: this duty comes with it");
		CHECK_STR(x.decision.duties[0].owed_by, "person:mina");
		CHECK_STR(x.decision.duties[0].due, "after");
		CHECK_INT(x.decision.duties[0].terms.as.map->n, 1);
	}
	fixture_close(&x);
	p.answers[1] = "{'answer': 'permit'}";
	p.answers[2] = NULL;
	if (fixture_open(&x, fixture_hall, none)) {
		expect_with(&p, PERMITTED);
		CHECK_STR(x.decision.reasons[0].code, "PLUGIN_PERMIT");
		CHECK_STR(x.decision.reasons[0].source, "hall");
		hyk_buf_reset(&x.out);
		hyk_decision_write_reason_text(&x.out, &x.decision, &x.decision.reasons[0], "ko");
		CHECK_STR(hyk_buf_peek(&x.out), "강당: 허가합니다");
	}
	fixture_close(&x);
}

/* Duties of hooks are checked as those of policies are: the fault names the offender, and a person settles it. */
TEST(duties_of_hooks_are_checked)
{
#define OWE(duty, terms) "{'answer': 'owe', 'duty': '" duty "', 'terms': " terms "}"
	static const struct {
		const char *answer, *why;
	} bad[] = {
		{ OWE("depot", "{'amount': 5, 'due': 'after'}"), "depot: no plugin declares a duty of this type" },
		{ "{'answer': 'owe'}", "?: no plugin declares a duty of this type" },
		{ OWE("deposit", "{'due': 'after'}"), "deposit: amount: is missing" },
		{ OWE("restore", "null"), "restore: due: is missing" },
		{ OWE("deposit", "{'amount': 5}"), "deposit: due: is missing" },
		{ OWE("deposit", "7"), "deposit: the terms must be a table" },
		{ OWE("deposit", "{'amount': 'five', 'due': 'after'}"),
		    "deposit: amount: expected a whole number, got the text 'five'" },
		{ OWE("deposit", "{'amount': 5, 'due': 'after', 'fine': 1}"), "deposit: fine: is not a term of this duty" },
		{ OWE("deposit", "{'amount': 5, 'due': 'soon'}"), "deposit: due: must be \"before\", \"during\", \"after\" or a "
		    "time such as \"2026-05-09T14:00:00+09:00\"" },
		{ OWE("restore", "{'due': 3}"), "restore: due: must be \"before\", \"during\", \"after\" or a time such as "
		    "\"2026-05-09T14:00:00+09:00\"" },
		{ OWE("restore", "{'due': 'after', 'owed_by': 'someone'}"), "restore: owed_by: must be \"subject\", \"resource\", \"steward\" "
		    "or a type and an id such as \"person:mina\"" },
		{ OWE("restore", "{'due': 'after', 'owed_to': ':x'}"), "restore: owed_to: must be \"subject\", \"resource\", \"steward\" "
		    "or a type and an id such as \"person:mina\"" },
		{ OWE("restore", "{'due': 'after', 'owed_to': 'person:'}"), "restore: owed_to: must be \"subject\", \"resource\", \"steward\" "
		    "or a type and an id such as \"person:mina\"" },
		{ OWE("restore", "{'due': 'after', 'owed_to': 5}"), "restore: owed_to: must be \"subject\", \"resource\", \"steward\" "
		    "or a type and an id such as \"person:mina\"" },
	};
	struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, open_only)) {
		for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
			p.answers[2] = bad[i].answer;
			expect_with(&p, "'outcome':'conditional','reasons':[],'codes':['PLUGIN_BAD_RESULT'],'duties':[],"
			                "'needs':['human_decision:steward'],'fault':'PLUGIN_BAD_RESULT'}");
			if (CHECK_INT(x.decision.n_faults, 1))
				CHECK_C(fixture_text(&x, x.decision.faults[0].message), bad[i].why);
		}
		p.answers[2] = "[" OWE("restore", "{'due': '2026-05-09T14:00:00+09:00', 'owed_to': 'person:boss'}") ","
		    OWE("deposit", "{'amount': 5, 'due': 'before', 'owed_to': 'steward'}") "]";
		expect_with(&p, "'outcome':'permit','reasons':[],'codes':['RESTORE','DEPOSIT'],"
		                "'duties':['restore','deposit'],'needs':[],'fault':null}");
		if (CHECK_INT(x.decision.n_duties, 2)) {
			CHECK_STR(x.decision.duties[0].due, "2026-05-09T05:00:00Z");
			CHECK_STR(x.decision.duties[0].owed_to, "person:boss");
			CHECK_STR(x.decision.duties[1].owed_to, "steward");
			CHECK_INT(hyk_value_get(x.decision.duties[1].terms, "amount")->as.i, 5);
		}
	}
	fixture_close(&x);
}

/* A forbid stands; an offer that is no change of a request is left out, and the plugin is named. */
TEST(offers_of_hooks_are_checked)
{
#define FORBID(offer) "{'answer': 'forbid', 'code': 'WET', 'offer': " offer "}"
	static const struct {
		const char *answer, *why;
	} bad[] = {
		{ FORBID("{'set': {'context.nowhere': 1}}"), "offer: context.nowhere: there is no such fact here" },
		{ FORBID("{'set': {'t': true}}"), "offer: t: there is no such fact here" },
		{ FORBID("{'set': {'context.t': 'yes'}}"), "offer: context.t: expected true or false, got the text 'yes'" },
		{ FORBID("{'set': {'subject.age': 151}}"), "offer: subject.age: must be at most 150, got 151" },
		{ FORBID("{'set': {'context.t': true, 'action': 'fly'}}"), "offer: action: there is no such action here" },
		{ FORBID("{'set': {'action': 'use'}}"), "offer: action: there is no such action here" },
		{ FORBID("{'set': {'action': 'reserve', 'context.party_size': 0}}"),
		    "offer: context.party_size: must be at least 1, got 0" },
		{ FORBID("{'set': 5}"), "offer: 'set' must be a table of facts and values" },
		{ FORBID("{'text': 'x'}"), "offer: 'set' must be a table of facts and values" },
		{ FORBID("7"), "offer: 'set' must be a table of facts and values" },
	};
	struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, open_only)) {
		for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
			p.answers[1] = bad[i].answer;
			expect_with(&p, "'outcome':'deny','reasons':[],'codes':['WET'],'duties':[],'needs':[],"
			                "'fault':'PLUGIN_BAD_RESULT'}");
			CHECK_INT(x.decision.n_offers, 0);
			if (CHECK_INT(x.decision.n_faults, 1))
				CHECK_C(fixture_text(&x, x.decision.faults[0].message), bad[i].why);
		}
		p.answers[1] = FORBID("{'set': {'action': 'reserve', 'context.party_size': 4, 'subject.roles': {},"
		                      "'resource.opened': '2026-01-01'}, 'text': {'ko': '넷', 'en': 'Four'}}");
		expect_with(&p, "'outcome':'deny','reasons':[],'codes':['WET'],'duties':[],'needs':[],'fault':null}");
		if (CHECK_INT(x.decision.n_offers, 1)) {
			struct hyk_value set = x.decision.offers[0].set;

			CHECK_INT(hyk_value_get(set, "context.party_size")->as.i, 4);
			CHECK_INT(hyk_value_get(set, "subject.roles")->kind, HYK_LIST); /* Lua has one empty table */
			CHECK_STR(hyk_value_str(*hyk_value_get(set, "resource.opened")), "2026-01-01");
			CHECK_STR(hyk_text_find(&x.decision.offers[0].text, "ko"), "넷");
		}
	}
	fixture_close(&x);
}

TEST(needs_of_hooks_are_checked)
{
	static const struct {
		const char *answer, *why;
	} bad[] = {
		{ "{'answer': 'need', 'fact': 'context.nowhere'}", "need: context.nowhere: there is no such fact here" },
		{ "{'answer': 'need', 'fact': 'subject.age'}", "need: subject.age: is neither true nor false" },
		/* 't' is true by default, and the asker may say so, too: a permit before. */
		{ "{'answer': 'need', 'fact': 'context.t'}", "need: context.t: the caller says it and nothing proves it" },
		{ "{'answer': 'need', 'fact': 'context.e'}", "need: context.e: the caller says it and nothing proves it" },
		{ "{'answer': 'need'}", "need: ?: there is no such fact here" },
	};
	struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, open_only))
		for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
			p.answers[1] = bad[i].answer;
			expect_with(&p, "'outcome':'conditional','reasons':[],'codes':['PLUGIN_BAD_RESULT'],'duties':[],"
			                "'needs':['human_decision:steward'],'fault':'PLUGIN_BAD_RESULT'}");
			if (CHECK_INT(x.decision.n_faults, 1))
				CHECK_C(fixture_text(&x, x.decision.faults[0].message), bad[i].why);
		}
	fixture_close(&x);
}

TEST(malformed_answers_are_faults)
{
	static const char *const bad[] = { "'permit'", "true", "{'answer': 'PERMIT'}", "{'answer': 'forbid'}",
		"{'answer': 'need', 'fact': 'context.nowhere'}", "{'answer': 'owe', 'duty': 'deposit'}",
		"{'permit': true}", "['permit']", "[{'answer': 'permit'}, 7]", "{'answer': 'need'}" };
	struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, open_only))
		for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++) {
			p.answers[1] = bad[i];
			expect_with(&p, "'outcome':'conditional','reasons':[],'codes':['PLUGIN_BAD_RESULT'],'duties':[],"
			                "'needs':['human_decision:steward'],'fault':'PLUGIN_BAD_RESULT'}");
		}
	fixture_close(&x);
}

TEST(a_failed_hook_permits_nothing)
{
	static const struct {
		const char *outcome, *code;
	} cases[] = { { "!error", "PLUGIN_ERROR" }, { "!budget", "PLUGIN_BUDGET" }, { "!memory", "PLUGIN_MEMORY" },
		{ "!deadline", "PLUGIN_TIMEOUT" }, { "!bad-result", "PLUGIN_BAD_RESULT" },
		{ "!reject-load", "PLUGIN_ERROR" }, { "!", "PLUGIN_ERROR" } };
	static const char *const none[] = { HEAD RULE("never", "permit", ", when: context.f"), NULL };
	char line[400];

	if (fixture_open(&x, fixture_hall, open_only))
		for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++)
			for (size_t stage = 0; stage < 3; stage++) {
				struct plugin p = { .answers = { "{'crowded': false}", NULL, NULL } };

				p.answers[stage] = cases[i].outcome;
				snprintf(line, sizeof(line), "'outcome':'conditional','reasons':[],'codes':['%s'],'duties':[],"
				                             "'needs':['human_decision:steward'],'fault':'%s'}",
				    cases[i].code, cases[i].code);
				expect_with(&p, line);
			}
	fixture_close(&x);
	/* Where no rule permits, only the failed permit hook might have. */
	if (fixture_open(&x, fixture_hall, none)) {
		struct plugin p = { .answers = { "{'crowded': false}", "!deadline", NULL } };

		expect_with(&p, "'outcome':'conditional','reasons':[],'codes':['PLUGIN_TIMEOUT'],'duties':[],"
		                "'needs':['human_decision:steward'],'fault':'PLUGIN_TIMEOUT'}");
		p.answers[0] = "!error";
		p.answers[1] = NULL;
		expect_with(&p, "'outcome':'deny','reasons':[],'codes':['NO_PERMIT'],'duties':[],'needs':[],"
		                "'fault':'PLUGIN_ERROR'}");
	}
	fixture_close(&x);
}

TEST(a_failed_enrich_leaves_errors)
{
	struct plugin p = { .answers = { "!error", NULL, NULL } };

	if (fixture_open(&x, fixture_hall, crowded)) {
		expect_with(&p, "'outcome':'conditional','reasons':['crowd'],'codes':['RULE_ERROR','PLUGIN_ERROR'],"
		                "'duties':[],'needs':['human_decision:steward'],'fault':'PLUGIN_ERROR'}");
		CHECK_INT(x.decision.n_faults, 2);
	}
	fixture_close(&x);
}

/* Without anyone to run plugins, a type with hooks has faults and no permit. */
TEST(nobody_runs_plugins)
{
	if (fixture_open(&x, fixture_hall, open_only)) {
		CHECK_INT(fixture_decide(&x, ASK), HYK_OK);
		CHECK_C(fixture_line(&x), "'outcome':'conditional','reasons':[],'codes':['PLUGIN_ERROR'],'duties':[],"
		                          "'needs':['human_decision:steward'],'fault':'PLUGIN_ERROR'}");
		CHECK_INT(x.decision.n_faults, 3);
	}
	fixture_close(&x);
}

int
main(void)
{
	RUN(one_hand_off_in_stage_order);
	RUN(no_hooks_no_hand_off);
	RUN(only_what_it_reads);
	RUN(enriched_facts);
	RUN(verdicts);
	RUN(duties_of_hooks_are_checked);
	RUN(offers_of_hooks_are_checked);
	RUN(needs_of_hooks_are_checked);
	RUN(malformed_answers_are_faults);
	RUN(a_failed_hook_permits_nothing);
	RUN(a_failed_enrich_leaves_errors);
	RUN(nobody_runs_plugins);
	return check_done();
}
