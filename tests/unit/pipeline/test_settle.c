/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/settle.c and answer.c against tests/cases/settle/: truths of rules in, outcome, reasons, needs and
 * duties out; in the order given, reversed and rotated, for order must not matter.
 */
#include "pipeline/settle.h"

#include "pipeline/run.h"
#include "support/check.h"

#define MAX_RULES 8

struct bench {
	struct hyk_arena arena;
	struct hyk_policy policy;
	struct hyk_rule rules[MAX_RULES];
	struct hyk_fact whens[MAX_RULES], needs[MAX_RULES];
	char names[MAX_RULES][4][32];
	const struct hyk_fact *facts[2 * MAX_RULES];
	struct hyk_sheet sheet;
	struct hyk_unknown unknowns[MAX_RULES];
	uint32_t slots[MAX_RULES];
	struct hyk_duty_type duty_type;
	struct hyk_duty duty;
	struct hyk_decision decision;
	struct hyk_run run;
};

static struct hyk_fact
fact(struct bench *b, size_t i, bool need)
{
	struct hyk_fact f = { .slot = (uint32_t)(2 * i + need), .root = HYK_CONTEXT };
	char *name = b->names[i][need], *path = b->names[i][2 + need];

	snprintf(name, 32, need ? "%c+" : "%c", (char)('a' + i));
	snprintf(path, 32, need ? "context.%c+" : "context.%c", (char)('a' + i));
	f.name = hyk_str_from_c(name);
	f.path = hyk_str_from_c(path);
	f.proof = HYK_PROOF_EVIDENCE;
	return f;
}

static void
set_up(struct bench *b)
{
	static const struct hyk_str ids[MAX_RULES] = { HYK_STR_INIT("a"), HYK_STR_INIT("b"), HYK_STR_INIT("c"),
		HYK_STR_INIT("d"), HYK_STR_INIT("e"), HYK_STR_INIT("f"), HYK_STR_INIT("g"), HYK_STR_INIT("h") };

	memset(b, 0, sizeof(*b));
	hyk_arena_init(&b->arena, 0);
	for (size_t i = 0; i < MAX_RULES; i++) {
		b->whens[i] = fact(b, i, false);
		b->needs[i] = fact(b, i, true);
		b->facts[2 * i] = &b->whens[i];
		b->facts[2 * i + 1] = &b->needs[i];
		b->slots[i] = b->whens[i].slot;
		b->unknowns[i] = (struct hyk_unknown){ 1, &b->slots[i] };
		b->rules[i] = (struct hyk_rule){ .id = ids[i],
			.code = ids[i],
			.full = ids[i],
			.policy = &b->policy,
			.number = (uint32_t)i };
	}
	b->sheet = (struct hyk_sheet){ .facts = b->facts, .n_facts = 2 * MAX_RULES };
	b->duty_type.name = HYK_STR("duty");
	b->duty.type = &b->duty_type;
	b->run = (struct hyk_run){ .arena = &b->arena, .d = &b->decision, .sheet = &b->sheet };
}

static enum hyk_truth
truth(char c)
{
	switch (c) {
	case 'T':
		return HYK_TRUE;
	case 'F':
		return HYK_FALSE;
	case 'U':
		return HYK_UNKNOWN_TRUTH;
	default:
		return HYK_IN_ERROR;
	}
}

/* The rule number i, said as "N:T/U", becomes a row. */
static bool
add_rule(struct bench *b, size_t i, struct hyk_str s)
{
	struct hyk_row_source *source;
	struct hyk_settle_row *row = hyk_run_row(&b->run, &source);

	if (!row || s.n < 3 || s.p[1] != ':')
		return false;
	row->effect = s.p[0] == 'P' ? HYK_PERMIT : s.p[0] == 'F' ? HYK_FORBID : HYK_REQUIRE;
	row->when = truth(s.p[2]);
	row->has_duty = s.p[0] == 'D';
	row->has_need = s.p[0] == 'N';
	if (s.n == 5)
		row->need = truth(s.p[4]);
	b->rules[i].effect = row->effect;
	source->rule = &b->rules[i];
	source->need = &b->needs[i];
	source->value = (struct hyk_value){ .kind = HYK_UNKNOWN, .as.unknown = &b->unknowns[i] };
	if (row->has_duty && row->when == HYK_TRUE) {
		source->owed = hyk_arena_alloc(&b->arena, sizeof(*source->owed));
		if (!source->owed)
			return false;
		source->owed->rule = &b->rules[i];
		source->owed->id = b->rules[i].id;
	}
	return true;
}

static void
put(char *set, const char *item, size_t n, const char *tail)
{
	size_t at = strlen(set);

	snprintf(set + at, 256 - at, "%s%.*s%s", at ? "," : "", (int)n, item, tail);
}

static int
by_text(const void *x, const void *y)
{
	return strcmp(x, y);
}

/* The items of a comma list in order, each once; none is "-". */
static void
sort_set(char *set)
{
	char items[16][32];
	size_t n = 0;
	const char *p = set;

	while (*p && n < 16) {
		size_t k = strcspn(p, ",");

		snprintf(items[n++], 32, "%.*s", (int)k, p);
		p += k + (p[k] == ',');
	}
	qsort(items, n, 32, by_text);
	set[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(items[i], items[i - 1]) != 0)
			put(set, items[i], strlen(items[i]), "");
	if (n == 0)
		snprintf(set, 256, "-");
}

static void
describe(const struct hyk_decision *d, char *out, size_t room)
{
	char reasons[256] = "", needs[256] = "", duties[256] = "";

	for (size_t i = 0; i < d->n_reasons; i++) {
		const struct hyk_reason *r = &d->reasons[i];

		if (!r->rule)
			put(reasons, r->code.p, r->code.n, "");
		else
			put(reasons, r->rule->id.p, r->rule->id.n, hyk_str_eq_c(r->code, "RULE_ERROR") ? "!" : "");
	}
	for (size_t i = 0; i < d->n_needs; i++)
		put(needs, d->needs[i].id.p, d->needs[i].id.n, "");
	for (size_t i = 0; i < d->n_duties; i++)
		put(duties, d->duties[i].id.p, d->duties[i].id.n, "");
	sort_set(reasons);
	sort_set(needs);
	sort_set(duties);
	snprintf(out, room, "%s\t%s\t%s\t%s", hyk_outcome_name(d->outcome), reasons, needs, duties);
}

/* The rules of a line, put in with the order rotated by `turn`, backwards when `back`. */
static void
settle_line(struct hyk_str rules, size_t turn, bool back, char *out, size_t room)
{
	static struct bench b;
	struct hyk_str parts[MAX_RULES];
	size_t n = 0, at = 0;

	set_up(&b);
	while (at < rules.n && n < MAX_RULES && rules.p[0] != '-') {
		size_t k = at;

		while (k < rules.n && rules.p[k] != ' ')
			k++;
		parts[n++] = hyk_str_make(rules.p + at, k - at);
		at = k + 1;
	}
	for (size_t i = 0; i < n; i++) {
		size_t k = (i + turn) % n;

		k = back ? n - 1 - k : k;
		if (!CHECK(add_rule(&b, k, parts[k])))
			break;
	}
	hyk_run_answer(&b.run);
	CHECK(!b.run.no_memory);
	describe(&b.decision, out, room);
	hyk_arena_fini(&b.arena);
}

static void
run_file(const char *path, size_t at_least)
{
	char line[512], got[1024];
	size_t n_cases = 0;
	FILE *f = fopen(path, "r");

	REQUIRE(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		char *tab = strchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !tab)
			continue;
		*tab = '\0';
		n_cases++;
		for (size_t turn = 0; turn < 3; turn++)
			for (int back = 0; back < 2; back++) {
				settle_line(hyk_str_from_c(line), turn, back != 0, got, sizeof(got));
				if (!CHECK_C(got, tab + 1))
					fprintf(stderr, "    %s: %s\n", path, line);
			}
	}
	fclose(f);
	CHECK(n_cases >= at_least);
}

TEST(by_hand)
{
	run_file("tests/cases/settle/hand.tsv", 40);
}

TEST(every_pair)
{
	run_file("tests/cases/settle/pairs.tsv", 380);
}

/* Terms of a duty that cannot be computed hold the permit back and the duty is still told. */
TEST(a_duty_in_error)
{
	static struct bench b;
	char got[1024];

	set_up(&b);
	REQUIRE(add_rule(&b, 0, HYK_STR("P:T")));
	REQUIRE(add_rule(&b, 1, HYK_STR("D:T")));
	b.run.rows[1].duty_errs = true;
	hyk_run_answer(&b.run);
	describe(&b.decision, got, sizeof(got));
	CHECK_C(got, "conditional\tb!\tsteward\tb");
	hyk_arena_fini(&b.arena);
}

int
main(void)
{
	RUN(by_hand);
	RUN(every_pair);
	RUN(a_duty_in_error);
	return check_done();
}
