/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every hostile script, ours and the shared ones, through the real jail: as a
 * body with a request and without, as the text of a plugin, and in a second process.
 */
#include "corpus.h"

#include "base/buf.h"
#include "value/json.h"

struct result {
	enum hyk_jail_outcome outcome;
	uint32_t units, peak;
	struct hyk_str value, message;
};

static unsigned slowest_us;
static struct hyk_str slowest;

static void
note(const struct script *s, const char *what)
{
	check_report(false, "hostile script", 0, what);
	fprintf(stderr, "    %.*s\n", HYK_STR_ARG(s->name));
}

static void
run_one(struct hyk_jail *j, uint32_t plugin, struct hyk_value request, struct hyk_arena *a,
    struct result *r)
{
	struct hyk_jail_call c = { .plugin = plugin, .hook = HYK_HOOK_PERMIT, .request = request };
	struct hyk_buf b;

	hyk_jail_run(j, &c, 1, a);
	hyk_buf_init(&b, 0);
	hyk_json_write(&b, c.answer);
	*r = (struct result){ c.outcome, c.units, c.heap_peak_bytes,
		hyk_arena_dup(a, hyk_buf_peek(&b)), hyk_arena_dup(a, c.message) };
	hyk_buf_fini(&b);
	if (c.micros > slowest_us)
		slowest_us = c.micros;
}

static bool
is_same(const struct result *a, const struct result *b)
{
	return a->outcome == b->outcome && a->units == b->units && a->peak == b->peak &&
	    hyk_str_eq(a->value, b->value) && hyk_str_eq(a->message, b->message);
}

static enum hyk_status
open_jail(const struct script *s, struct hyk_str canary, bool is_body, struct hyk_arena *a,
    struct hyk_jail **ret_j)
{
	struct hyk_jail_source sources[2] = { { s->name, s->text, is_body },
		{ HYK_STR("canary"), canary, true } };
	struct hyk_jail_options o = { .program = jail_program(), .cpu = -1 };
	struct hyk_value manifests[2];
	struct hyk_diags diags;
	enum hyk_status st;

	hyk_diags_init(&diags, a);
	st = hyk_jail_open(&o, sources, 2, a, ret_j, manifests, &diags);
	if (st != HYK_OK && st != HYK_E_INVALID) {
		struct hyk_buf b;

		hyk_buf_init(&b, 0);
		hyk_diags_render(&b, &diags, HYK_LANG_EN);
		fprintf(stderr, "%.*s", (int)b.n, b.p ? b.p : "");
		hyk_buf_fini(&b);
	}
	if (st == HYK_E_INVALID && diags.n_errors == 0)
		note(s, "refused without a message");
	return st;
}

static void
check_canary(
    const struct script *s, struct hyk_jail *j, struct hyk_value request, struct hyk_arena *a)
{
	struct result r;

	run_one(j, 1, request, a, &r);
	if (!hyk_str_eq_c(r.value, "\"allow\""))
		note(s, "the canary does not answer allow");
}

static void
check_script(const struct script *s, struct hyk_str canary)
{
	struct hyk_jail *first = NULL, *second = NULL;
	struct result r, again, other;
	struct hyk_value request;
	struct hyk_arena a;
	enum hyk_status st;

	hyk_arena_init(&a, 0);
	request = canary_request(&a);
	st = open_jail(s, canary, true, &a, &first);
	if (st != HYK_OK) {
		if (st != HYK_E_INVALID || !is_expected(s->expect, "reject-load"))
			note(s, "did not load");
		goto out;
	}
	if (open_jail(s, canary, true, &a, &second) != HYK_OK) {
		note(s, "loads in one process and not in the other");
		goto out;
	}
	check_canary(s, first, request, &a);
	for (int pass = 0; pass < 2; pass++) {
		/* As the body of a hook, then as a plain chunk: nothing is given. */
		struct hyk_value given = pass ? hyk_null() : request;

		run_one(first, 0, given, &a, &r);
		if (!is_expected(s->expect, hyk_jail_outcome_name(r.outcome))) {
			note(s, hyk_jail_outcome_name(r.outcome));
			fprintf(stderr, "    %.*s\n", HYK_STR_ARG(r.message));
		}
		if (hyk_str_find(r.value, HYK_STR("PWNED")) != SIZE_MAX)
			note(s, "PWNED");
		for (int i = 0; i < (s->repeat > 2 ? s->repeat : 2); i++) {
			run_one(first, 0, given, &a, &again);
			if (!is_same(&r, &again))
				note(s, "a second run differs");
		}
		run_one(second, 0, given, &a, &other);
		if (!is_same(&r, &other))
			note(s, "another process differs");
	}
	check_canary(s, first, request, &a);
	if (hyk_jail_stats(first).replaced && !is_expected(s->expect, "deadline"))
		note(s, "the jail had to be replaced");
out:
	hyk_jail_close(first);
	hyk_jail_close(second);
	/* As the text of a plugin it is no plugin: refused with a message, nothing else. */
	first = NULL;
	st = open_jail(s, canary, false, &a, &first);
	if (st != HYK_E_INVALID)
		note(s, "is taken for a plugin");
	hyk_jail_close(first);
	hyk_arena_fini(&a);
}

static size_t
check_folder(const char *folder, struct hyk_str *canary)
{
	struct script *scripts;
	struct hyk_arena a;
	size_t n;

	hyk_arena_init(&a, 0);
	n = read_corpus(&a, folder, &scripts, canary);
	/* Ours lie beside a canary of our own. */
	for (size_t i = 0; i < n; i++) {
		unsigned before = slowest_us;

		if (scripts[i].expect.n == 0)
			note(&scripts[i], "has no EXPECT line");
		check_script(&scripts[i], *canary);
		if (slowest_us > before) {
			static char name[256];

			snprintf(name, sizeof(name), "%.*s", HYK_STR_ARG(scripts[i].name));
			slowest = hyk_str_from_c(name);
		}
	}
	hyk_arena_fini(&a);
	printf("%zu scripts in %s; slowest call %u us (%.*s)\n", n, folder, slowest_us,
	    HYK_STR_ARG(slowest));
	return n;
}

TEST(shared_scripts_meet_their_heads)
{
	const char *folder = check_conformance("sandbox");
	struct hyk_str canary = { "", 0 };

	if (folder)
		CHECK(check_folder(folder, &canary) > 0);
}

TEST(our_scripts_meet_their_heads)
{
	struct hyk_str canary = { "", 0 };

	CHECK(check_folder("tests/sandbox", &canary) >= 150);
}

int
main(void)
{
	RUN(shared_scripts_meet_their_heads);
	RUN(our_scripts_meet_their_heads);
	return check_done();
}
