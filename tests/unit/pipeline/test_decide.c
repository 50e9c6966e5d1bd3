/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline/decide.c - whole decisions: what is unknown, who outranks whom, and that no error gives a permit. */
#include "pipeline/decide.h"

#include "unit/pipeline/fixture.h"

#define HEAD "policy: p\ncommons: town\nlayer: commons\ntitle: {ko: 규칙, en: Rules}\n" \
             "applies_to: {assets: [hall], actions: ['*']}\nrules:\n"
#define RULE(id, effect, rest) "  - {id: " id ", effect: " effect ", because: {ko: 까닭, en: Why}" rest "}\n"
#define OPEN HEAD RULE("open", "permit", "")

#define WHO "'subject': {'type': 'person', 'id': 'mina'}"
#define DO "'action': {'name': 'look'}"
#define WHAT "'resource': {'type': 'hall', 'id': 'h1'}"
#define ASK "{" WHO "," DO "," WHAT "}"
#define SCENARIO(context) \
	"{" WHO "," DO "," WHAT ",'dry_run': true, 'as_scenario': true, 'context': {" context "}}"

static struct fixture x;

static void
expect(const char *request, const char *line)
{
	if (CHECK_INT(fixture_decide(&x, request), HYK_OK)) {
		if (!CHECK_C(fixture_line(&x), line))
			fprintf(stderr, "    %s\n", request);
	}
}

static const char *const open_only[] = { OPEN, NULL };

#define PERMITTED "'outcome':'permit','reasons':[],'codes':[],'duties':[],'needs':[],'fault':null}"
#define DENIED(code) "'outcome':'deny','reasons':[],'codes':['" code "'],'duties':[],'needs':[],'fault':null}"

TEST(a_permit)
{
	if (fixture_open(&x, fixture_quiet, open_only)) {
		expect(ASK, PERMITTED);
		CHECK_INT(x.decision.ruleset, 7);
		CHECK_INT(x.decision.valid_until.s - x.decision.now.s, 300);
		CHECK_STR(x.decision.commons->path, "town");
		CHECK_INT(x.decision.n_reasons, 1);
		CHECK_STR(x.decision.reasons[0].rule->id, "open");
	}
	fixture_close(&x);
}

TEST(what_nobody_knows)
{
	if (fixture_open(&x, fixture_quiet, open_only)) {
		expect("{" WHO "," DO ",'resource': {'type': 'moon', 'id': 'h1'}}", DENIED("UNKNOWN_TYPE"));
		CHECK_INT(x.decision.valid_until.s - x.decision.now.s, 900);
		expect("{" WHO "," DO "," WHAT ",'dry_run': true, 'now': '9999-12-31T23:59:00.5Z'}", PERMITTED);
		CHECK_INT(x.decision.valid_until.s, 253402300799);
		CHECK_INT(x.decision.valid_until.ns, 0);
		expect("{'subject': {'type': 'robot', 'id': 'r'}," DO "," WHAT "}", DENIED("UNKNOWN_TYPE"));
		expect("{" WHO ",'action': {'name': 'fly'}," WHAT "}", DENIED("UNKNOWN_ACTION"));
		expect("{" WHO ",'action': {'name': 'use'}," WHAT "}", DENIED("UNKNOWN_ACTION"));
		expect("{" WHO "," DO ",'resource': {'type': 'hall', 'id': 'h9'}}", DENIED("UNKNOWN_ASSET"));
		expect("{" WHO "," DO ",'resource': {'type': 'hall', 'id': 'w1'}}", DENIED("OUTSIDE_COMMONS"));
		expect("{" WHO "," DO "," WHAT ",'dry_run': true, 'commons': 'moon'}", DENIED("UNKNOWN_COMMONS"));
		expect("{" WHO "," DO "," WHAT ",'dry_run': true, 'commons': 'west'}", DENIED("OUTSIDE_COMMONS"));
		expect("{'subject': {'type': 'user', 'id': 'bob'}," DO "," WHAT "}", DENIED("UNKNOWN_ASSET"));
		/* A scenario is not asked for registration; a caller of the whole may decide anywhere. */
		expect("{" WHO "," DO ",'resource': {'type': 'hall', 'id': 'h9'}, 'dry_run': true, 'as_scenario': true}",
		    PERMITTED);
		expect("{" WHO "," DO ",'resource': {'type': 'hall', 'id': 'h2'}}", PERMITTED);
		x.in.caller_commons = HYK_STR("");
		expect("{" WHO "," DO ",'resource': {'type': 'hall', 'id': 'w1'}}", DENIED("NO_PERMIT"));
		/* A dry run's own commons wins over the asset's. */
		expect("{" WHO "," DO "," WHAT ",'dry_run': true, 'commons': 'west'}", DENIED("NO_PERMIT"));
		x.in.caller_commons = HYK_STR("town/east");
		expect(ASK, DENIED("OUTSIDE_COMMONS"));
		expect("{" WHO "," DO ",'resource': {'type': 'hall', 'id': 'h2'}}", PERMITTED);
	}
	fixture_close(&x);
}

#define TIED(facts) "{" WHO "," DO "," WHAT ",'context': {'start': '2026-05-09T05:00:00Z'," facts "},'dry_run': true,'as_scenario': true"

TEST(one_proven_alternative_proves_the_fact)
{
	static const char *const policies[] = { OPEN RULE("tie", "require", ", need: context.tie"), NULL };
	static const char asked[] = "'outcome':'conditional','reasons':['tie'],'codes':['TIE'],'duties':[],"
	                            "'needs':['credential:tie'],'fault':null}";

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect(TIED("'f': false") "}", asked);
		CHECK_INT(x.decision.needs[0].n_any_of, 4);
		expect(TIED("'u': true") "}", PERMITTED);
		expect(TIED("'nu': true") "}", PERMITTED);
		expect(TIED("'tie': true") "}", PERMITTED);
		/* A proven no of one leaves the others; what is only said proves nothing, not by this way either. */
		expect(TIED("'u': false, 'nu': true") "}", PERMITTED);
		expect(TIED("'u': false, 'nu': false") "}", asked);
		expect(TIED("'u': true") ",'declared': ['context.u']}", asked);
		expect(TIED("'t': true") "}", asked);
		expect("{" WHO "," DO "," WHAT ",'context': {'u': true}}", asked);
		/* The fact's own no is a no. */
		expect(TIED("'tie': false, 'u': true") "}",
		    "'outcome':'deny','reasons':['tie'],'codes':['TIE'],'duties':[],'needs':[],'fault':null}");
	}
	fixture_close(&x);
}

TEST(needs_and_who_settles_them)
{
	static const char *const policies[] = { OPEN RULE("id", "require", ", need: subject.identity")
		    RULE("old", "forbid", ", when: subject.age > 99") RULE("bal", "require", ", need: context.balance"),
		NULL };

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect(ASK, "'outcome':'conditional','reasons':['id','old','bal'],'codes':['ID','OLD','BAL'],'duties':[],"
		            "'needs':['credential:age','credential:identity','human_decision:steward'],'fault':null}");
		REQUIRE(x.decision.n_needs == 3);
		CHECK_INT(x.decision.needs[0].n_any_of, 2);
		CHECK_STR(x.decision.needs[0].fact, "subject.age");
		CHECK_STR(x.decision.needs[2].by, "steward");
		/* What the caller says of itself is not proof; what a registry knows is. */
		expect("{'subject': {'type': 'person', 'id': 'mina', 'properties': {'identity': true, 'age': 20}}," DO "," WHAT
		       "}",
		    "'outcome':'conditional','reasons':['id','old','bal'],'codes':['ID','OLD','BAL'],'duties':[],"
		    "'needs':['credential:age','credential:identity','human_decision:steward'],'fault':null}");
		expect("{'subject': {'type': 'person', 'id': 'verified'}," DO "," WHAT "}",
		    "'outcome':'conditional','reasons':['bal'],'codes':['BAL'],'duties':[],"
		    "'needs':['human_decision:steward'],'fault':null}");
		/* The registry outranks the caller, and the caller's word is listed as ignored. */
		expect("{'subject': {'type': 'person', 'id': 'verified', 'properties': {'age': 120}}," DO "," WHAT "}",
		    "'outcome':'conditional','reasons':['bal'],'codes':['BAL'],'duties':[],"
		    "'needs':['human_decision:steward'],'fault':null}");
		CHECK_INT(x.decision.n_ignored, 1);
		CHECK_STR(x.decision.ignored[0], "subject.age");
		x.in.caller_vouches = true; /* vouched is less than the schema asks */
		expect("{'subject': {'type': 'person', 'id': 'mina', 'properties': {'identity': true, 'age': 20}}," DO "," WHAT
		       "}",
		    "'outcome':'conditional','reasons':['id','old','bal'],'codes':['ID','OLD','BAL'],'duties':[],"
		    "'needs':['credential:age','credential:identity','human_decision:steward'],'fault':null}");
	}
	fixture_close(&x);
}

TEST(scenarios_give_any_fact)
{
	static const char *const policies[] = { OPEN RULE("id", "require", ", need: subject.identity")
		    RULE("bal", "require", ", need: context.balance"),
		NULL };
#define AS(more) "{'subject': {'type': 'person', 'id': 'mina', 'properties': {'identity': true}}," DO "," WHAT \
	",'dry_run': true, 'as_scenario': true, 'context': {" more "}"

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect(AS("'balance': true") "}", PERMITTED);
		expect(AS("'balance': false") "}",
		    "'outcome':'deny','reasons':['bal'],'codes':['BAL'],'duties':[],'needs':[],'fault':null}");
		expect(AS("'balance': true") ",'declared': ['subject.identity']}",
		    "'outcome':'conditional','reasons':['id'],'codes':['ID'],'duties':[],'needs':['credential:identity'],"
		    "'fault':null}");
		expect(AS("'balance': true, 'conflict': true") "}",
		    "'outcome':'deny','reasons':['g-busy'],'codes':['CONFLICT'],'duties':[],'needs':[],'fault':null}");
		/* Without as_scenario what only the record knows is ignored. */
		expect("{" WHO "," DO "," WHAT ",'dry_run': true, 'context': {'conflict': true, 'balance': true, 'zz': 1}}",
		    "'outcome':'conditional','reasons':['id','bal'],'codes':['ID','BAL'],'duties':[],"
		    "'needs':['credential:identity','human_decision:steward'],'fault':null}");
		CHECK_INT(x.decision.n_ignored, 3);
	}
	fixture_close(&x);
}

static bool
find_record(void *self, const struct hyk_fact *fact, const struct hyk_record_question *about,
    struct hyk_value *ret_v, struct hyk_arena *arena)
{
	(void)arena;
	CHECK_STR(about->subject_id, "mina");
	CHECK_STR(about->resource_id, "h1");
	CHECK(about->n_facts > 0);
	*ret_v = hyk_bool(true);
	return hyk_str_eq_c(fact->path, self);
}

TEST(what_is_on_record)
{
	static const char *const policies[] = { OPEN RULE("bal", "require", ", need: context.balance"), NULL };
	static char balance[] = "context.balance", conflict[] = "context.conflict";
	struct hyk_record_facts records = { .self = balance, .find = find_record };

	if (fixture_open(&x, fixture_quiet, policies)) {
		x.in.records = &records;
		expect(ASK, PERMITTED);
		records.self = conflict;
		expect(ASK, "'outcome':'deny','reasons':['g-busy'],'codes':['CONFLICT'],'duties':[],'needs':[],'fault':null}");
	}
	fixture_close(&x);
}

TEST(duties)
{
	static const char *const policies[] = { OPEN
		    RULE("dep", "require", ", duty: {type: deposit, amount: '=context.fee_krw', owed_by: subject,"
		                           " owed_to: steward, due: before}, actions: [reserve]")
			RULE("late", "require", ", duty: {type: restore, owed_by: subject, due: '=context.start'},"
			                        " actions: [reserve]"),
		NULL };
#define RESERVE(context) "{" WHO ",'action': {'name': 'reserve'}," WHAT ",'context': {" context "}}"

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect(RESERVE("'fee_krw': 3000, 'start': '2026-05-03T10:00:00+09:00'"),
		    "'outcome':'permit','reasons':['dep','late'],'codes':['DEP','LATE'],'duties':['deposit','restore'],"
		    "'needs':[],'fault':null}");
		REQUIRE(x.decision.n_duties == 2);
		CHECK_STR(x.decision.duties[0].owed_by, "person:mina");
		CHECK_STR(x.decision.duties[0].owed_to, "steward");
		CHECK_STR(x.decision.duties[0].due, "before");
		CHECK_INT(hyk_value_get(x.decision.duties[0].terms, "amount")->as.i, 3000);
		CHECK_STR(x.decision.duties[1].due, "2026-05-03T01:00:00Z");
		/* The start was not given: the duty is told without its due, and a person settles it. */
		expect(RESERVE("'fee_krw': 3000"),
		    "'outcome':'conditional','reasons':['dep','late'],'codes':['DEP','RULE_ERROR'],"
		    "'duties':['deposit','restore'],'needs':['human_decision:steward'],'fault':'RULE_ERROR'}");
		CHECK_INT(x.decision.duties[1].due.n, 0);
	}
	fixture_close(&x);
}

TEST(offers)
{
	static const char *const policies[] = { OPEN RULE("no", "forbid",
		    ", when: context.f, offer: {text: {ko: 빼기, en: Less}, set: {context.f: false}}")
		    RULE("pr", "require", ", need: context.nu, when: context.t, offer: [{set: {action: look}}]"),
		NULL };

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect("{" WHO "," DO "," WHAT ",'context': {'f': true}}",
		    "'outcome':'deny','reasons':['no'],'codes':['NO'],'duties':[],'needs':[],'fault':null}");
		REQUIRE(x.decision.n_offers == 1);
		CHECK(!hyk_value_get(x.decision.offers[0].set, "context.f")->as.b);
		expect(ASK, "'outcome':'conditional','reasons':['pr'],'codes':['PR'],'duties':[],'needs':['filing:nu'],"
		            "'fault':null}");
		REQUIRE(x.decision.n_offers == 1);
		CHECK_STR(hyk_value_str(*hyk_value_get(x.decision.offers[0].set, "action")), "look");
	}
	fixture_close(&x);
}

TEST(a_value_of_the_wrong_type)
{
	if (fixture_open(&x, fixture_quiet, open_only)) {
		CHECK_INT(fixture_decide(&x, "{" WHO ",'action': {'name': 'reserve'}," WHAT ",'context': {'party_size': 'six'}}"),
		    HYK_E_INVALID);
		REQUIRE(x.diags.last != NULL);
		CHECK_INT(x.diags.last->id, HYK_D_REQUEST_FACT);
		CHECK(hyk_str_starts_with(x.diags.last->text[HYK_LANG_EN], HYK_STR("'context.party_size': ")));
		CHECK_INT(fixture_decide(&x, "{" WHO ",'action': {'name': 'reserve'}," WHAT ",'context': {'party_size': 0}}"),
		    HYK_E_INVALID);
		/* What nobody declared may be anything. */
		CHECK_INT(fixture_decide(&x, "{" WHO "," DO "," WHAT ",'context': {'party_size': 'six'}}"), HYK_OK);
		CHECK_STR(x.decision.ignored[0], "context.party_size");
	}
	fixture_close(&x);
}

TEST(a_missing_fact_is_an_error_and_no_permit)
{
	static const char *const policies[] = { OPEN RULE("bad", "forbid", ", when: context.e"), NULL };

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect(ASK, "'outcome':'conditional','reasons':['bad'],'codes':['RULE_ERROR'],'duties':[],"
		            "'needs':['human_decision:steward'],'fault':'RULE_ERROR'}");
		REQUIRE(x.decision.n_faults == 1);
		CHECK_STR(x.decision.faults[0].message, "'context.e' was not given");
		expect("{" WHO "," DO "," WHAT ",'context': {'e': false}}", PERMITTED);
	}
	fixture_close(&x);
}

TEST(other_subjects_lack_what_persons_have)
{
	static const char *const policies[] = { HEAD RULE("open", "permit", ", when: has(subject.email)")
		    RULE("old", "forbid", ", when: subject.age > 99"),
		NULL };

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect("{'subject': {'type': 'user', 'id': 'alice'}," DO "," WHAT "}",
		    "'outcome':'conditional','reasons':['old'],'codes':['RULE_ERROR'],'duties':[],"
		    "'needs':['human_decision:steward'],'fault':'RULE_ERROR'}");
		CHECK_STR(x.decision.faults[0].message, "a 'user' has no 'subject.age'");
		/* The same worker, another subject type: nothing of the last one is left. */
		expect("{'subject': {'type': 'person', 'id': 'verified'}," DO "," WHAT "}",
		    "'outcome':'conditional','reasons':[],'codes':['RULE_ERROR'],'duties':[],'needs':['human_decision:steward'],"
		    "'fault':'RULE_ERROR'}");
	}
	fixture_close(&x);
}

TEST(only_what_is_in_force)
{
	static const char *const policies[] = {
		OPEN,
		"policy: q\ncommons: town\nlayer: city\ntitle: {ko: 때, en: Time}\neffective: {from: 2026-05-03, until: "
		"2026-05-04}\napplies_to: {assets: [hall], actions: ['*']}\nrules:\n" RULE("shut", "forbid", ""),
		NULL
	};
#define AT(now) "{" WHO "," DO "," WHAT ",'dry_run': true, 'now': '" now "'}"
#define SHUT "'outcome':'deny','reasons':['shut'],'codes':['SHUT'],'duties':[],'needs':[],'fault':null}"

	if (fixture_open(&x, fixture_quiet, policies)) {
		expect(AT("2026-05-02T23:59:59+09:00"), PERMITTED);
		expect(AT("2026-05-03T00:00:00+09:00"), SHUT);
		expect(AT("2026-05-03T23:59:59+09:00"), SHUT);
		expect(AT("2026-05-04T00:00:00+09:00"), PERMITTED);
	}
	fixture_close(&x);
}

TEST(below_only_what_may_be_decided)
{
	static const char *const policies[] = {
		"policy: p\ncommons: town/east\nlayer: commons\ntitle: {ko: 동, en: East}\napplies_to: {assets: [hall], "
		"actions: ['*']}\nrules:\n" RULE("open", "permit", "") RULE("no", "forbid", ", when: context.f"),
		"policy: w\ncommons: west\nlayer: commons\ntitle: {ko: 서, en: West}\napplies_to: {assets: [hall], "
		"actions: ['*']}\nrules:\n" RULE("open", "permit", "") RULE("no", "forbid", ", when: context.f"),
		NULL
	};

	if (fixture_open(&x, fixture_quiet, policies)) {
		x.in.caller_commons = HYK_STR("");
		/* town lets those below it decide who may look, and nothing else. */
		expect("{" WHO "," DO ",'resource': {'type': 'hall', 'id': 'h2'}}", PERMITTED);
#define EAST(context) \
	"{" WHO ",'action': {'name': 'reserve'},'resource': {'type': 'hall', 'id': 'h2'},'context': {" context "}}"
		expect(EAST(""), DENIED("NO_PERMIT"));
		/* A forbid from below holds all the same. */
		expect(EAST("'f': true"),
		    "'outcome':'deny','reasons':['no'],'codes':['NO'],'duties':[],'needs':[],'fault':null}");
		expect(ASK, DENIED("NO_PERMIT")); /* a rule of town/east is none of town */
	}
	fixture_close(&x);
}

/* Sixty roles cubed are more steps than one decision has: a fault, and a person decides. */
/* Ten rules as dear as one may be are within what a decision has; the eleventh is not: all share one counter. */
TEST(the_gas_runs_out)
{
#define EACH5 " + size([a]) + size([a]) + size([a]) + size([a]) + size([a])"
#define EACH25 EACH5 EACH5 EACH5 EACH5 EACH5
#define DEAR(id) RULE(id, "forbid", ", when: 'subject.roles.exists(a, size([a])" EACH25 EACH25 EACH25 " > 99)'")
	static const char *const policies[] = { OPEN DEAR("deep-01") DEAR("deep-02") DEAR("deep-03") DEAR("deep-04")
		    DEAR("deep-05") DEAR("deep-06") DEAR("deep-07") DEAR("deep-08") DEAR("deep-09") DEAR("deep-10")
		    DEAR("deep-11"),
		NULL };
	static char request[20000];

	if (fixture_open(&x, fixture_quiet, policies)) {
		snprintf(request, sizeof(request), "{'subject': {'type': 'person', 'id': 'mina', 'properties': {'roles': [");
		for (int i = 0; i < 1000; i++)
			snprintf(request + strlen(request), sizeof(request) - strlen(request), "%s'r%d'", i ? "," : "", i);
		snprintf(request + strlen(request), sizeof(request) - strlen(request), "]}}," DO "," WHAT "}");
		expect(request, "'outcome':'conditional','reasons':['deep-11'],'codes':['BUDGET'],'duties':[],"
		                "'needs':['human_decision:steward'],'fault':'BUDGET'}");
	}
	fixture_close(&x);
}

/* ---- no error gives a permit: random rules against a model written from the language page ---- */

static uint64_t seed = 20260502;

static unsigned
pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

struct made_rule {
	int effect; /* 0 permit, 1 forbid, 2 duty, 3 need */
	char when, need; /* T F U E */
};

/* 0 deny, 1 conditional, 2 permit; straight from "What a ruleset means". */
static int
model(const struct made_rule *rules, size_t n)
{
	bool deny = false, some_permit = false, true_permit = false, open = false;

	for (size_t i = 0; i < n; i++) {
		const struct made_rule *r = &rules[i];

		if (r->effect == 0) {
			some_permit |= r->when != 'F';
			true_permit |= r->when == 'T';
			continue;
		}
		deny |= r->effect == 1 && r->when == 'T';
		deny |= r->effect == 3 && r->when == 'T' && r->need == 'F';
		open |= r->when == 'U' || r->when == 'E';
		open |= r->effect == 3 && r->when == 'T' && (r->need == 'U' || r->need == 'E');
	}
	if (deny || !some_permit)
		return 0;
	return true_permit && !open ? 2 : 1;
}

static void
write_rules(char *out, size_t room, const struct made_rule *rules, const size_t *order, size_t from, size_t to,
    const char *name)
{
	static const char *const effects[] = { "permit", "forbid", "require", "require" };
	size_t at;

	snprintf(out, room, "policy: %s\ncommons: town\nlayer: commons\ntitle: {ko: 규칙, en: Rules}\n"
	                    "applies_to: {assets: [hall], actions: ['*']}\nrules:\n", name);
	for (size_t i = from; i < to; i++) {
		const struct made_rule *r = &rules[order[i]];
		const char *when = r->when == 'T' ? "t" : r->when == 'F' ? "f" : r->when == 'U' ? "u" : "e";
		const char *need = r->need == 'T' ? "nt" : r->need == 'F' ? "nf" : r->need == 'U' ? "nu" : "ne";

		at = strlen(out);
		snprintf(out + at, room - at, "  - {id: r%zu, effect: %s, when: context.%s, because: {ko: 까닭, en: Why}",
		    order[i], effects[r->effect], when);
		at = strlen(out);
		if (r->effect == 2)
			snprintf(out + at, room - at, ", duty: {type: restore, due: after}");
		if (r->effect == 3)
			snprintf(out + at, room - at, ", need: context.%s", need);
		at = strlen(out);
		snprintf(out + at, room - at, "}\n");
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The line with the items of its lists in order: number of a rule follows its place in the file, sets do not. */
static void
normalise(const char *line, char *out, size_t room)
{
	char items[64][40];
	size_t n = 0;
	char copy[2000];

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = copy; *p && n < 64; p++)
		if (*p == '\'') {
			char *end = strchr(p + 1, '\'');

			if (!end)
				break;
			*end = '\0';
			snprintf(items[n++], 40, "%s", p + 1);
			p = end;
		}
	qsort(items, n, 40, by_text);
	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(out + strlen(out), room - strlen(out), "%s ", items[i]);
}

TEST(random_rules_against_a_model)
{
	static char a[6000], b[6000];
	char first[3000], second[3000];
	size_t n_outcomes[3] = { 0 };

	for (int round = 0; round < 400; round++) {
		struct made_rule rules[8];
		size_t n = 1 + pick(7), order[8], cut = pick((unsigned)n + 1);
		const char *policies[3] = { a, b, NULL };
		int want;

		for (size_t i = 0; i < n; i++) {
			rules[i] = (struct made_rule){ (int)pick(4), "TTFUEF"[pick(6)], "TTTFUE"[pick(6)] };
			if (rules[i].effect == 1 && rules[i].when == 'T' && pick(3))
				rules[i].when = 'F';
			order[i] = i;
		}
		want = model(rules, n);
		for (int turn = 0; turn < 2; turn++) {
			const char *names[2] = { turn ? "zz" : "aa", turn ? "bb" : "mm" };

			write_rules(a, sizeof(a), rules, order, 0, cut, names[0]);
			write_rules(b, sizeof(b), rules, order, cut, n, names[1]);
			/* A policy has at least one rule. */
			policies[0] = cut ? a : b;
			policies[1] = cut && cut < n ? b : NULL;
			if (!fixture_open(&x, fixture_quiet, policies)) {
				fixture_close(&x);
				return;
			}
			if (CHECK_INT(fixture_decide(&x, ASK), HYK_OK)) {
				if (!CHECK_INT(x.decision.outcome, want))
					fprintf(stderr, "%s%s\n", policies[0], policies[1] ? policies[1] : "");
				normalise(fixture_line(&x), turn ? second : first, sizeof(first));
			}
			fixture_close(&x);
			for (size_t i = n; i > 1; i--) {
				size_t k = pick((unsigned)i), t = order[i - 1];

				order[i - 1] = order[k];
				order[k] = t;
			}
		}
		CHECK_C(first, second);
		n_outcomes[want]++;
	}
	/* The rounds must meet all outcomes, or they prove nothing. */
	CHECK(n_outcomes[0] > 40 && n_outcomes[1] > 40 && n_outcomes[2] > 20);
}

/* Every allocation fails once: a status, never a crash, and never a permit. */
TEST(the_arena_overflows)
{
	static const char *const policies[] = { OPEN RULE("id", "require", ", need: subject.identity")
		    RULE("dep", "require", ", duty: {type: restore, owed_by: subject, due: after}"),
		NULL };
	size_t n_limits = 0;

	if (fixture_open(&x, fixture_quiet, policies)) {
		for (size_t cap = 256; cap < 40000; cap += 64) {
			struct hyk_arena small;
			enum hyk_status st;

			CHECK_INT(fixture_decide(&x, ASK), HYK_OK);
			hyk_arena_init(&small, cap);
			x.in.arena = &small;
			st = hyk_decide(&x.in, &x.decision, NULL);
			x.in.arena = &x.scratch;
			if (st == HYK_OK)
				CHECK_INT(x.decision.outcome, HYK_OUTCOME_CONDITIONAL);
			else
				CHECK_INT(st, HYK_E_LIMIT);
			n_limits += st == HYK_E_LIMIT;
			hyk_arena_fini(&small);
			if (st == HYK_OK)
				break;
		}
		CHECK(n_limits > 5);
	}
	fixture_close(&x);
}

/* A person's training is proven by a credential; a user's is what the user says. */
TEST(what_is_claimed_meets_no_need)
{
	static const char *const rules[] = { OPEN RULE("tr", "require", ", need: subject.trained"), NULL };
#define TRAINED(type, id, is) \
	"{'subject': {'type': '" type "', 'id': '" id "', 'properties': {'trained': " is "}}," DO "," WHAT "}"

	if (fixture_open(&x, fixture_quiet, rules)) {
		expect(TRAINED("person", "mina", "true"), "'outcome':'conditional','reasons':['tr'],'codes':['TR'],'duties':[],"
		                                          "'needs':['credential:trained'],'fault':null}");
		expect(TRAINED("user", "alice", "true"), "'outcome':'conditional','reasons':['tr'],'codes':['RULE_ERROR'],"
		                                         "'duties':[],'needs':['human_decision:steward'],'fault':'RULE_ERROR'}");
		CHECK_STR(x.decision.faults[0].message, "'subject.trained' of a 'user' is proven by nothing");
	}
	fixture_close(&x);
}

int
main(void)
{
	RUN(a_permit);
	RUN(what_nobody_knows);
	RUN(one_proven_alternative_proves_the_fact);
	RUN(needs_and_who_settles_them);
	RUN(scenarios_give_any_fact);
	RUN(what_is_on_record);
	RUN(duties);
	RUN(offers);
	RUN(a_value_of_the_wrong_type);
	RUN(a_missing_fact_is_an_error_and_no_permit);
	RUN(other_subjects_lack_what_persons_have);
	RUN(only_what_is_in_force);
	RUN(below_only_what_may_be_decided);
	RUN(the_gas_runs_out);
	RUN(random_rules_against_a_model);
	RUN(the_arena_overflows);
	RUN(what_is_claimed_meets_no_need);
	return check_done();
}
