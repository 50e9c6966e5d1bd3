/* SPDX-License-Identifier: Apache-2.0 */
/* The real jail, from the engine's side. */
#include "corpus.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "value/json.h"

static struct hyk_arena arena;
static struct hyk_diags diags;

static enum hyk_status
open_with(const struct hyk_jail_source *sources, size_t n, const struct hyk_jail_limits *limits,
    struct hyk_jail **ret_j, struct hyk_value *manifests)
{
	struct hyk_jail_options o = { .program = jail_program(), .cpu = -1 };

	if (limits)
		o.limits = *limits;
	hyk_diags_init(&diags, &arena);
	return hyk_jail_open(&o, sources, n, &arena, ret_j, manifests, &diags);
}

static struct hyk_jail_source
body(const char *text)
{
	return (struct hyk_jail_source){ HYK_STR("body.lua"), hyk_str_from_c(text), true };
}

static struct hyk_jail_source
plugin(const char *text)
{
	return (
	    struct hyk_jail_source){ HYK_STR("plugins/x/plugin.lua"), hyk_str_from_c(text), false };
}

static struct hyk_value
json(const char *text)
{
	struct hyk_source *src = hyk_source_new(&arena, HYK_STR("test"), hyk_str_from_c(text));
	struct hyk_value v = hyk_null();

	CHECK(src && hyk_json_parse(&arena, src, NULL, &v, NULL) == HYK_OK);
	return v;
}

static struct hyk_str
to_json(struct hyk_value v)
{
	struct hyk_buf b;
	struct hyk_str s;

	hyk_buf_init(&b, 0);
	hyk_json_write(&b, v);
	s = hyk_arena_dup(&arena, hyk_buf_peek(&b));
	hyk_buf_fini(&b);
	return s;
}

static struct hyk_jail_call
call(struct hyk_jail *j, uint32_t index, enum hyk_hook hook, const char *request)
{
	struct hyk_jail_call c = { .plugin = index, .hook = hook, .request = json(request) };

	hyk_jail_run(j, &c, 1, &arena);
	return c;
}

static const char whole[] =
    "return plugin {\n"
    "  name = 'a.b', version = '1.0.0', api = 1,\n"
    "  params = { cap = { type = 'int', default = 7 } }, reads = { 'subject', 'resource' },\n"
    "  asset_type {\n"
    "    name = 'a.b', extends = 'asset',\n"
    "    facts = { area = { type = 'double', min = 1, max = 2.5 } },\n"
    "  },\n"
    "  duty 'sweep' { evidence = { photo = { min = 1 } } },\n"
    "  hooks = {\n"
    "    enrich = function(req) return { area = req.resource.w * req.resource.h, cap = params.cap } end,\n"
    "    permit = function(req)\n"
    "      if req.subject.age < 19 then return forbid('TOO_YOUNG', { ko = '어립니다', en = 'too young' }) end\n"
    "      return { permit(), need('proof') }\n"
    "    end,\n"
    "    liability = function(req) return owe('sweep', { amount = math.min(req.n, params.cap) }) end,\n"
    "    verify = function(event, agreement)\n"
    "      if time.hours(agreement.at, event.at) > 48 then return reject('LATE', 'two days are over') end\n"
    "      return accept()\n"
    "    end,\n"
    "    on_event = function(event) if event.name == 'x' then return point(2, 'why') end end,\n"
    "  },\n"
    "}\n";

TEST(a_plugin_loads_and_its_hooks_answer)
{
	struct hyk_jail_source s = plugin(whole);
	struct hyk_value m;
	struct hyk_jail *j = NULL;
	struct hyk_jail_call c;

	REQUIRE(open_with(&s, 1, NULL, &j, &m) == HYK_OK);
	CHECK_STR(to_json(m),
	    "{\"api\":1,\"asset_types\":[{\"extends\":\"asset\",\"facts\":{\"area\":{\"max\":2.5,\"min\":1,\"type\":\"double\"}},"
	    "\"line\":4,\"name\":\"a.b\"}],\"duties\":[{\"evidence\":{\"photo\":{\"min\":1}},\"line\":8,\"name\":\"sweep\"}],"
	    "\"hooks\":[\"enrich\",\"permit\",\"liability\",\"verify\",\"on_event\"],\"line\":1,\"name\":\"a.b\","
	    "\"params\":{\"cap\":{\"default\":7,\"type\":\"int\"}},\"reads\":[\"subject\",\"resource\"],\"subject_types\":[],\"version\":\"1.0.0\"}");
	c = call(j, 0, HYK_HOOK_ENRICH, "{\"resource\":{\"w\":3,\"h\":4}}");
	CHECK_INT(c.outcome, HYK_JAIL_OK);
	CHECK_STR(to_json(c.answer), "{\"area\":12,\"cap\":7}");
	CHECK_INT(hyk_value_get(c.answer, "area")->kind, HYK_INT);
	c = call(j, 0, HYK_HOOK_PERMIT, "{\"subject\":{\"age\":18}}");
	CHECK_STR(to_json(c.answer),
	    "{\"answer\":\"forbid\",\"code\":\"TOO_YOUNG\",\"text\":{\"en\":\"too young\",\"ko\":\"어립니다\"}}");
	c = call(j, 0, HYK_HOOK_PERMIT, "{\"subject\":{\"age\":19}}");
	CHECK_STR(to_json(c.answer),
	    "[{\"answer\":\"permit\"},{\"answer\":\"need\",\"fact\":\"proof\"}]");
	c = call(j, 0, HYK_HOOK_LIABILITY, "{\"n\":100}");
	CHECK_STR(
	    to_json(c.answer), "{\"answer\":\"owe\",\"duty\":\"sweep\",\"terms\":{\"amount\":7}}");
	c = call(j, 0, HYK_HOOK_VERIFY,
	    "{\"event\":{\"at\":\"2026-05-11T00:00:01Z\"},\"agreement\":{\"at\":\"2026-05-09T09:00:00+09:00\"}}");
	CHECK_STR(to_json(c.answer),
	    "{\"answer\":\"reject\",\"code\":\"LATE\",\"text\":\"two days are over\"}");
	c = call(j, 0, HYK_HOOK_VERIFY,
	    "{\"event\":{\"at\":\"2026-05-11T00:00:00Z\"},\"agreement\":{\"at\":\"2026-05-09T09:00:00+09:00\"}}");
	CHECK_STR(to_json(c.answer), "{\"answer\":\"accept\"}");
	c = call(j, 0, HYK_HOOK_ON_EVENT, "{\"event\":{\"name\":\"x\"},\"agreement\":{}}");
	CHECK_STR(to_json(c.answer), "{\"answer\":\"point\",\"points\":2,\"reason\":\"why\"}");
	c = call(j, 0, HYK_HOOK_ON_EVENT, "{\"event\":{\"name\":\"y\"},\"agreement\":{}}");
	CHECK_INT(c.outcome, HYK_JAIL_OK);
	CHECK_INT(c.answer.kind, HYK_NULL);
	/* A hook it does not have, a plugin that is not there. */
	c = call(j, 0, HYK_HOOK_IDENTIFY, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_REJECT_LOAD);
	c = call(j, 1, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_REJECT_LOAD);
	/* An error has its place in the file. */
	c = call(j, 0, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_ERROR);
	CHECK_STR(
	    c.message, "plugins/x/plugin.lua:12: attempt to index a nil value (field 'subject')");
	hyk_jail_close(j);
}

TEST(answers_of_the_wrong_type_are_refused_by_path)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "return 'allow'",
		    "the answer is string; answers are made by permit(), forbid(code, text), need(fact)" },
		{ "return true",
		    "the answer is bool; answers are made by permit(), forbid(code, text), need(fact)" },
		{ "return { permit(), 'permit' }",
		    "the answer: [2] is string; answers are made by permit(), forbid(code, text), need(fact)" },
		{ "return { answer = 'permit', because = 1 }",
		    "the answer: because is no part of 'permit'" },
		{ "return { answer = 'PERMIT' }", "the answer has an 'answer' that is none" },
		{ "return owe('x', {})",
		    "the answer is 'owe', which the hook 'permit' may not answer" },
		{ "return forbid('C', 5)",
		    "the answer: text must be a text of 1 to 1024 bytes, or { ko = text, en = text }" },
		{ "return forbid('C', { fr = 'non' })",
		    "the answer: text must be a text of 1 to 1024 bytes, or { ko = text, en = text }" },
		{ "return { answer = 'forbid' }", "the answer has no 'code'" },
		{ "return forbid('C', 't', { a = { b = 0/0 } })",
		    "the answer: offer.a.b is not a finite number" },
		{ "return forbid('C', 't', { a = { 1, 2, x = 3 } })",
		    "the answer: offer.a mixes numbers and names as keys" },
		{ "return forbid('C', 't', { [2] = 1 })",
		    "the answer: offer has numbers with gaps as keys" },
		{ "return forbid('C', 't', { f = permit })", "the answer: offer.f is a function" },
		{ "return forbid('C', '\\xff')", "the answer: text is text that is not UTF-8" },
		{ "local t = {} t.t = { t } return forbid('C', 't', t)",
		    "the answer: offer.t[1] holds itself" },
		{ "return forbid('C', ('x'):rep(9000))",
		    "the answer: text takes more than 8192 bytes" },
		{ "return permit(), permit()", "the answer has 2 values; give one, or a list" },
		{ "local t = {} for i = 1, 2000 do t[i] = i end return t",
		    "the answer has more than 1000 parts" },
	};
	struct hyk_jail_source s[HYK_ARRAY_LEN(cases)];
	struct hyk_value m[HYK_ARRAY_LEN(cases)];
	struct hyk_jail *j = NULL;

	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++)
		s[i] = body(cases[i].text);
	REQUIRE(open_with(s, HYK_ARRAY_LEN(cases), NULL, &j, m) == HYK_OK);
	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		struct hyk_jail_call c = call(j, (uint32_t)i, HYK_HOOK_PERMIT, "{}");

		CHECK_INT(c.outcome, HYK_JAIL_BAD_RESULT);
		CHECK_STR(c.message, cases[i].message);
	}
	CHECK_INT(hyk_jail_stats(j).replaced, 0);
	hyk_jail_close(j);
}

TEST(nothing_said_is_no_answer)
{
	struct hyk_jail_source s[] = { body(""), body("return"), body("return nil"),
		body("return {}"), body("return nil, nil") };
	struct hyk_value m[HYK_ARRAY_LEN(s)];
	struct hyk_jail *j = NULL;

	REQUIRE(open_with(s, HYK_ARRAY_LEN(s), NULL, &j, m) == HYK_OK);
	for (size_t i = 0; i < HYK_ARRAY_LEN(s); i++) {
		struct hyk_jail_call c = call(j, (uint32_t)i, HYK_HOOK_PERMIT, "{}");

		CHECK_INT(c.outcome, HYK_JAIL_OK);
		CHECK_INT(c.answer.kind, HYK_NULL);
	}
	hyk_jail_close(j);
}

TEST(reading_what_is_not_declared_is_an_error)
{
	struct hyk_jail_source s = plugin(
	    "return plugin { name = 'a', version = '1', api = 1, reads = { 'subject.age', 'resource', 'agreement.evidence.photo' },\n"
	    "hooks = {\n"
	    "  permit = function(req) local x = req[req.part] if req.field then x = x[req.field] end return nil end,\n"
	    "  verify = function(event, agreement) local x = event.nothing or agreement[event.field] return accept() end } }");
	static const struct {
		const char *request;
		enum hyk_jail_outcome outcome;
	} cases[] = {
		{ "{\"part\":\"subject\",\"field\":\"age\",\"subject\":{\"age\":1}}", HYK_JAIL_OK },
		{ "{\"part\":\"subject\",\"field\":\"age\",\"subject\":{}}",
		    HYK_JAIL_OK }, /* declared and not given */
		{ "{\"part\":\"subject\",\"field\":\"ages\",\"subject\":{}}", HYK_JAIL_ERROR },
		{ "{\"part\":\"resource\",\"field\":\"any\",\"resource\":{}}", HYK_JAIL_OK },
		{ "{\"part\":\"context\"}", HYK_JAIL_ERROR },
		{ "{\"part\":\"subject\"}", HYK_JAIL_OK }, /* some of it is declared */
		{ "{\"part\":\"now\"}", HYK_JAIL_OK },
	};
	struct hyk_jail_call c;
	struct hyk_jail *j = NULL;
	struct hyk_value m;

	REQUIRE(open_with(&s, 1, NULL, &j, &m) == HYK_OK);
	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		c = call(j, 0, HYK_HOOK_PERMIT, cases[i].request);
		CHECK_INT(c.outcome, cases[i].outcome);
	}
	c = call(j, 0, HYK_HOOK_PERMIT, cases[2].request);
	CHECK_STR(c.message,
	    "plugins/x/plugin.lua:3: 'subject.ages' is not declared; "
	    "write reads = { \"subject.ages\" } in plugin { ... }");
	c = call(j, 0, HYK_HOOK_VERIFY, "{\"event\":{\"field\":\"evidence\"},\"agreement\":{}}");
	CHECK_INT(c.outcome, HYK_JAIL_OK);
	c = call(j, 0, HYK_HOOK_VERIFY, "{\"event\":{\"field\":\"secret\"},\"agreement\":{}}");
	CHECK_INT(c.outcome, HYK_JAIL_ERROR);
	hyk_jail_close(j);
}

TEST(what_log_writes_comes_along)
{
	struct hyk_jail_source s = body("for i = 1, 9 do log('line ' .. i .. '\\n\\27[31m') end");
	struct hyk_value m;
	struct hyk_jail *j = NULL;
	struct hyk_jail_call c;

	REQUIRE(open_with(&s, 1, NULL, &j, &m) == HYK_OK);
	c = call(j, 0, HYK_HOOK_PERMIT, "{}");
	CHECK_STR(c.log, "line 1??[31m\nline 2??[31m\nline 3??[31m\nline 4??[31m\n");
	hyk_jail_close(j);
}

/* Where a message points, its number and its hint. */
static void
check_refused(const char *text, unsigned number, uint32_t line, const char *words, const char *hint)
{
	struct hyk_jail_source s = plugin(text);
	struct hyk_jail *j = NULL;
	struct hyk_value m;

	CHECK_INT(open_with(&s, 1, NULL, &j, &m), HYK_E_INVALID);
	CHECK(j == NULL);
	if (!CHECK(diags.first != NULL))
		return;
	CHECK_INT(diags.first->id, number);
	CHECK_STR(diags.first->text[HYK_LANG_EN], words);
	CHECK(diags.first->text[HYK_LANG_KO].n > 0);
	if (hint)
		CHECK_STR(diags.first->hint[HYK_LANG_EN], hint);
	if (CHECK(diags.first->src != NULL))
		CHECK_INT(hyk_source_locate(diags.first->src, diags.first->span).line, line);
}

TEST(a_file_that_does_not_load_is_told_where_and_why)
{
	char big[70000];

	check_refused("return plugin {\n  name = = 1 }\n", 500, 2,
	    "the file does not parse: unexpected symbol near '='", NULL);
	check_refused("local x = 1\nsetmetatable({}, {})\n", 502, 2,
	    "'setmetatable' is not offered to plugins",
	    "tables have no metatables here; write plain functions");
	check_refused("\n\nlocal t = os.time()", 502, 3, "'os' is not offered to plugins",
	    "there is no clock and no system; the time of the request is req.now");
	check_refused(
	    "local t = math.flor(1.5)", 503, 1, "there is no 'flor'", "did you mean 'floor'?");
	check_refused(
	    "error('by intent')", 501, 1, "the file stops while it loads: by intent", NULL);
	check_refused(
	    "while true do end", 504, 1, "the file does too much work while it loads", NULL);
	check_refused("local s = {}\nfor i = 1, 1e5 do s[i] = { i } end", 505, 1,
	    "the file takes too much memory while it loads", NULL);
	check_refused("return 5", 506, 1,
	    "the file gives a number; it must end in: return plugin { ... }", NULL);
	check_refused("\nreturn plugin {\n name = 'a', version = '1', api = 1, 5 }", 506, 2,
	    "part 1 of plugin { ... } is a number; parts without a name are made with asset_type { ... }, "
	    "subject_type { ... } or duty \"name\" { ... }",
	    NULL);
	check_refused(
	    "return plugin { name = 'a', version = '1', api = 1, hooks = { permits = function() end } }",
	    506, 1,
	    "there is no hook 'permits'; hooks are identify, enrich, permit, liability, verify, on_event",
	    NULL);
	check_refused(
	    "return plugin { name = 'a', version = '1', api = 1,\n asset_type { name = 'b', facts = { f = type } } }",
	    506, 1, "asset_types[1].facts.f is a function", NULL);
	check_refused("return plugin { version = '1', api = 1 }", 509, 1,
	    "plugin { ... } has no 'name'", NULL);
	check_refused(
	    "return plugin { name = 'a', version = '1', api = 1,\n\n asset_type { title = 'b' } }",
	    509, 3, "asset_type has no 'name'", NULL);
	check_refused("return plugin { name = 'a', version = 1, api = 1 }", 510, 1,
	    "'version' of plugin { ... } must be a text", NULL);
	check_refused("return plugin { name = 'a', version = '1', api = 1, hook = {} }", 511, 1,
	    "plugin { ... } has no part called 'hook'", "did you mean 'hooks'?");
	check_refused(
	    "return plugin { name = 'a', version = '1', api = 1, duty 'x' {},\n duty 'x' {} }", 512,
	    2, "duty 'x' is declared twice", NULL);
	check_refused("return plugin { name = 'a', version = '1', api = 2 }", 513, 1,
	    "the plugin is written for api 2; this engine has api 1", NULL);
	memset(big, ' ', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	check_refused(big, 507, 1, "the file is longer than 65536 bytes", NULL);
	/* All files' errors at once. */
	{
		struct hyk_jail_source s[] = { plugin("x ="), plugin(whole), plugin("y =") };
		struct hyk_value m[3];
		struct hyk_jail *j = NULL;

		CHECK_INT(open_with(s, 3, NULL, &j, m), HYK_E_INVALID);
		CHECK_INT(diags.n_errors, 2);
	}
}

TEST(a_request_that_cannot_cross_is_an_error_of_that_call_alone)
{
	struct hyk_jail_source s = body("return permit()");
	struct hyk_jail *j = NULL;
	struct hyk_value m, big[2];
	struct hyk_jail_call c[3] = { 0 };
	char *text = malloc(20001);

	REQUIRE(text && open_with(&s, 1, NULL, &j, &m) == HYK_OK);
	memset(text, 'x', 20000);
	big[0] = hyk_string(hyk_str_make(text, 20000));
	for (int i = 0; i < 3; i++) {
		c[i].hook = HYK_HOOK_PERMIT;
		c[i].request = json("{}");
	}
	c[1].request = hyk_list(&arena, big, 1);
	hyk_jail_run(j, c, 3, &arena);
	CHECK_INT(c[0].outcome, HYK_JAIL_OK);
	CHECK_INT(c[1].outcome, HYK_JAIL_ERROR);
	CHECK_STR(c[1].message, "the request takes more than 16384 bytes");
	CHECK_INT(c[2].outcome, HYK_JAIL_OK);
	hyk_jail_close(j);
	free(text);
}

TEST(many_calls_travel_in_few_hand_offs_and_keep_their_order)
{
	enum { N = 1000 };
	static struct hyk_jail_call c[N];
	struct hyk_jail_source s[] = { body("return forbid('A' .. req.i, 't')"),
		body("return need('B' .. req.i)") };
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;
	unsigned wrong = 0;

	REQUIRE(open_with(s, 2, NULL, &j, m) == HYK_OK);
	for (int i = 0; i < N; i++) {
		struct hyk_mapb b;

		hyk_mapb_init(&b, &arena);
		CHECK(hyk_mapb_add_c(&b, "i", hyk_int(i)));
		c[i] = (struct hyk_jail_call){ .plugin = (uint32_t)i % 2,
			.hook = HYK_HOOK_PERMIT,
			.request = hyk_mapb_finish(&b, NULL) };
	}
	hyk_jail_run(j, c, N, &arena);
	for (int i = 0; i < N; i++) {
		const struct hyk_value *v = hyk_value_get(c[i].answer, i % 2 ? "fact" : "code");
		char want[16];

		snprintf(want, sizeof(want), "%c%d", i % 2 ? 'B' : 'A', i);
		wrong += !v || !hyk_str_eq_c(hyk_value_str(*v), want);
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(hyk_jail_stats(j).calls, N);
	CHECK(hyk_jail_stats(j).hand_offs <= 8);
	hyk_jail_close(j);
}

TEST(limits_may_be_lowered_and_not_raised)
{
	struct hyk_jail_source s = body("local n = 0 for i = 1, req.n do n = n + 1 end");
	struct hyk_jail_limits low = { .units = 1000 },
			       high = { .units = 1000000000, .heap_bytes = 1u << 30 };
	struct hyk_jail *j = NULL;
	struct hyk_value m;

	REQUIRE(open_with(&s, 1, &low, &j, &m) == HYK_OK);
	CHECK_INT(call(j, 0, HYK_HOOK_PERMIT, "{\"n\":100}").outcome, HYK_JAIL_OK);
	CHECK_INT(call(j, 0, HYK_HOOK_PERMIT, "{\"n\":2000}").outcome, HYK_JAIL_BUDGET);
	hyk_jail_close(j);
	REQUIRE(open_with(&s, 1, &high, &j, &m) == HYK_OK);
	CHECK_INT(call(j, 0, HYK_HOOK_PERMIT, "{\"n\":100000}").outcome, HYK_JAIL_BUDGET);
	hyk_jail_close(j);
}

/*
 * One VM instruction can be made dear enough to reach the deadline: a key of
 * 30,000 bytes hashed again and again. With a deadline of a millisecond it does.
 */
static const char wedge[] =
    "local t, k = {}, ('k'):rep(30000)\n"
    "if req.wedge then for i = 1, 2000 do local x = (k .. i) == nil end end\n"
    "for i = 1, 1e9 do end";

/*
 * Sends a signal to our jail processes from outside, to all or to the oldest: the one at work, when
 * there is one. How many.
 */
static int
signal_jails(int sig, bool all)
{
	char text[64];
	int n = 0;
	FILE *f = popen("pgrep -P $PPID -x hyangyak-jail", "r");

	while (f && fgets(text, sizeof(text), f) && (all || n == 0))
		n += kill((pid_t)strtol(text, NULL, 10), sig) == 0;
	if (f)
		pclose(f);
	return n;
}

TEST(a_jail_that_is_killed_is_replaced_and_the_call_answers)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return need('x')") };
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;
	unsigned ok = 0;

	REQUIRE(open_with(s, 2, NULL, &j, m) == HYK_OK);
	for (int round = 0; round < 10; round++) {
		struct hyk_jail_call c;

		if (!CHECK_INT(signal_jails(SIGKILL, false), 1))
			break;
		for (int i = 0; i < 3; i++) {
			c = call(j, (uint32_t)i % 2, HYK_HOOK_PERMIT, "{}");
			ok += c.outcome == HYK_JAIL_OK &&
			    hyk_str_eq_c(hyk_value_str(*hyk_value_get(c.answer, "answer")),
				i % 2 ? "need" : "permit");
		}
	}
	CHECK_INT(ok, 30);
	CHECK_INT(hyk_jail_stats(j).strikes, 0);
	hyk_jail_close(j);
}

/* The one at work and the spare, as often as would be quarantine were it the plugin's fault. */
TEST(jails_killed_from_outside_are_nobody_s_fault)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return need('x')") };
	struct hyk_jail_call c[2];
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;

	REQUIRE(open_with(s, 2, NULL, &j, m) == HYK_OK);
	for (int round = 0; round < 5; round++) {
		CHECK(signal_jails(round % 2 ? SIGTERM : SIGKILL, true) >= 1);
		for (uint32_t i = 0; i < 2; i++)
			c[i] = (struct hyk_jail_call){ .plugin = i,
				.hook = HYK_HOOK_PERMIT,
				.request = json("{}") };
		hyk_jail_run(j, c, 2, &arena);
		CHECK_INT(c[0].outcome, HYK_JAIL_OK);
		CHECK_INT(c[1].outcome, HYK_JAIL_OK);
		CHECK(c[0].again && !c[0].replaced && !c[1].again);
	}
	CHECK_INT(hyk_jail_stats(j).deadlines, 0);
	CHECK_INT(hyk_jail_stats(j).strikes, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 0);
	CHECK_INT(hyk_jail_stats(j).replaced, 5);
	CHECK(hyk_jail_stats(j).outside_kills >= 5);
	hyk_jail_close(j);
}

/* A fault is the jail's own: whoever was running is held to it. */
/* Nobody can start it for a while; then it is there again, and no call was lost. */
TEST(a_jail_that_cannot_be_started_is_tried_again)
{
	char folder[] = "/tmp/hyk-jail-XXXXXX", path[64], away[80];
	struct hyk_jail_source s = body("return permit()");
	struct hyk_jail_options o = { .program = path, .cpu = -1 };
	struct hyk_jail *j = NULL;
	struct hyk_jail_call c;
	struct hyk_value m;
	unsigned tries = 0;

	REQUIRE(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/hyangyak-jail", folder);
	snprintf(away, sizeof(away), "%s.away", path);
	REQUIRE(symlink(jail_program(), path) == 0);
	REQUIRE(hyk_jail_open(&o, &s, 1, &arena, &j, &m, NULL) == HYK_OK);
	CHECK(hyk_jail_trouble(j) == NULL);
	REQUIRE(rename(path, away) == 0);
	CHECK(signal_jails(SIGKILL, true) >= 1);
	c = call(j, 0, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_ERROR);
	CHECK_STR(c.message, "the jail could not be replaced");
	CHECK(hyk_jail_trouble(j) != NULL && strstr(hyk_jail_trouble(j), "cannot be started"));
	/* These do not wait. */
	for (int i = 0; i < 100; i++)
		CHECK_INT(call(j, 0, HYK_HOOK_PERMIT, "{}").outcome, HYK_JAIL_ERROR);
	REQUIRE(rename(away, path) == 0);
	do {
		c = call(j, 0, HYK_HOOK_PERMIT, "{}");
		sched_yield();
	} while (c.outcome != HYK_JAIL_OK && ++tries < 100000000);
	CHECK_INT(c.outcome, HYK_JAIL_OK);
	CHECK(hyk_jail_trouble(j) == NULL);
	CHECK_INT(hyk_jail_stats(j).strikes, 0);
	hyk_jail_close(j);
	unlink(path);
	rmdir(folder);
}

TEST(a_jail_that_crashes_is_a_strike)
{
	static const int signals[] = { SIGSEGV, SIGSYS, SIGBUS };
	struct hyk_jail_source s = body("return permit()");
	struct hyk_jail *j = NULL;
	struct hyk_jail_call c;
	struct hyk_value m;

	REQUIRE(open_with(&s, 1, NULL, &j, &m) == HYK_OK);
	for (size_t i = 0; i < HYK_ARRAY_LEN(signals); i++) {
		CHECK_INT(signal_jails(signals[i], false), 1);
		c = call(j, 0, HYK_HOOK_PERMIT, "{}");
		CHECK_INT(c.outcome, HYK_JAIL_DEADLINE);
		CHECK(c.replaced && !c.again);
		CHECK_INT(hyk_jail_stats(j).strikes, i + 1);
	}
	c = call(j, 0, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_REJECT_LOAD);
	CHECK(c.quarantined);
	CHECK_INT(hyk_jail_stats(j).deadlines, 0);
	CHECK_INT(hyk_jail_stats(j).outside_kills, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	hyk_jail_close(j);
}

/* How many of n calls of the plugin were answered. */
static unsigned
many_calls(struct hyk_jail *j, uint32_t index, unsigned n)
{
	struct hyk_value request = json("{}");
	struct hyk_jail_call c[100];
	unsigned ok = 0;

	while (n > 0) {
		unsigned part = n < HYK_ARRAY_LEN(c) ? n : HYK_ARRAY_LEN(c);
		struct hyk_arena a;

		hyk_arena_init(&a, 0);
		for (unsigned i = 0; i < part; i++)
			c[i] = (struct hyk_jail_call){ .plugin = index,
				.hook = HYK_HOOK_PERMIT,
				.request = request };
		hyk_jail_run(j, c, part, &a);
		for (unsigned i = 0; i < part; i++)
			ok += c[i].outcome == HYK_JAIL_OK;
		hyk_arena_fini(&a);
		n -= part;
	}
	return ok;
}

static void
crash(struct hyk_jail *j, uint32_t index)
{
	CHECK_INT(signal_jails(SIGSEGV, false), 1);
	CHECK_INT(call(j, index, HYK_HOOK_PERMIT, "{}").outcome, HYK_JAIL_DEADLINE);
}

TEST(a_strike_is_forgotten_after_ten_thousand_good_calls)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return permit()") };
	struct hyk_jail_limits limits = { .strikes = 2 };
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;

	REQUIRE(open_with(s, 2, &limits, &j, m) == HYK_OK);
	crash(j, 0);
	CHECK_INT(many_calls(j, 0, 10000), 10000);
	crash(j, 0); /* the only one held against it */
	CHECK_INT(hyk_jail_stats(j).quarantined, 0);
	/* One too few, and those of others do not count. */
	CHECK_INT(many_calls(j, 0, 9999), 9999);
	CHECK_INT(many_calls(j, 1, 100), 100);
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	CHECK_INT(many_calls(j, 0, 5), 0);
	CHECK_INT(many_calls(j, 1, 5), 5);
	hyk_jail_close(j);
}

TEST(a_quarantine_is_probed_and_lifted_by_success)
{
	struct hyk_jail_source s = body("return permit()");
	struct hyk_jail_limits limits = { .strikes = 2 };
	struct hyk_jail *j = NULL;
	struct hyk_value m;

	REQUIRE(open_with(&s, 1, &limits, &j, &m) == HYK_OK);
	crash(j, 0);
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	/* A probe that fails leaves all as it was. */
	CHECK_INT(many_calls(j, 0, 99999), 0);
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	CHECK_INT(hyk_jail_stats(j).strikes, 3);
	CHECK_INT(many_calls(j, 0, 99999), 0);
	CHECK_INT(many_calls(j, 0, 1), 1);
	CHECK_INT(hyk_jail_stats(j).quarantined, 0);
	CHECK_INT(many_calls(j, 0, 100), 100);
	/* One strike brings it back. */
	crash(j, 0);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	CHECK_INT(many_calls(j, 0, 100), 0);
	hyk_jail_close(j);
}

/* A jail that stands still and uses no time of its own: it gets eight deadlines, then it is
 * replaced. */
TEST(three_missed_deadlines_are_quarantine_for_that_plugin_alone)
{
	struct hyk_jail_source s[] = { body("return permit()"), body("return need('x')") };
	struct hyk_jail_limits limits = { .deadline_ms = 3 };
	struct hyk_jail_call c = { 0 };
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;
	int late = 0;

	REQUIRE(open_with(s, 2, &limits, &j, m) == HYK_OK);
	for (int round = 0; round < 50; round++) {
		CHECK(signal_jails(SIGSTOP, true) >= 1);
		c = call(j, 0, HYK_HOOK_PERMIT, "{}");
		if (c.outcome == HYK_JAIL_REJECT_LOAD)
			break;
		if (c.outcome == HYK_JAIL_DEADLINE) {
			CHECK(c.replaced);
			CHECK(c.message.n > 0);
			late++;
		}
	}
	CHECK_INT(late, 3);
	CHECK_STR(c.message, "the plugin is in quarantine");
	CHECK_INT(hyk_jail_stats(j).deadlines, 3);
	CHECK_INT(hyk_jail_stats(j).quarantined, 1);
	CHECK(hyk_jail_stats(j).replaced >= 3);
	signal_jails(SIGCONT, true);
	c = call(j, 1, HYK_HOOK_PERMIT, "{}");
	CHECK_INT(c.outcome, HYK_JAIL_OK);
	hyk_jail_close(j);
}

struct mix {
	unsigned wrong, deadlines;
};

static void *
mixed_load(void *arg)
{
	struct mix *x = arg;
	struct hyk_jail_source s[] = { body("return forbid('A' .. req.i, 't')"), body(wedge) };
	struct hyk_jail_limits limits = { .deadline_ms = 1, .strikes = 1000000 };
	struct hyk_jail_options o = { .program = jail_program(), .cpu = -1, .limits = limits };
	struct hyk_arena a;
	struct hyk_value m[2];
	struct hyk_jail *j = NULL;

	hyk_arena_init(&a, 0);
	if (hyk_jail_open(&o, s, 2, &a, &j, m, NULL) != HYK_OK) {
		x->wrong = 1000;
		hyk_arena_fini(&a);
		return NULL;
	}
	for (int round = 0; round < 25; round++) {
		struct hyk_jail_call c[8];

		for (int i = 0; i < 8; i++) {
			struct hyk_mapb b;

			hyk_mapb_init(&b, &a);
			x->wrong += !hyk_mapb_add_c(&b, "i", hyk_int(round * 8 + i));
			c[i] = (struct hyk_jail_call){ .plugin = i == round % 8,
				.hook = HYK_HOOK_PERMIT,
				.request = hyk_mapb_finish(&b, NULL) };
		}
		hyk_jail_run(j, c, 8, &a);
		for (int i = 0; i < 8; i++) {
			const struct hyk_value *code = hyk_value_get(c[i].answer, "code");
			char want[16];

			snprintf(want, sizeof(want), "A%d", round * 8 + i);
			if (c[i].outcome == HYK_JAIL_DEADLINE)
				x->deadlines++;
			else if (c[i].plugin == 1)
				x->wrong += c[i].outcome != HYK_JAIL_BUDGET &&
				    c[i].outcome != HYK_JAIL_MEMORY;
			else
				x->wrong += !code || !hyk_str_eq_c(hyk_value_str(*code), want);
		}
	}
	hyk_jail_close(j);
	hyk_arena_fini(&a);
	return NULL;
}

TEST(no_answer_is_lost_doubled_or_swapped_under_load)
{
	pthread_t t[3];
	struct mix x[3] = { { 0, 0 } };

	for (int i = 0; i < 3; i++)
		REQUIRE(pthread_create(&t[i], NULL, mixed_load, &x[i]) == 0);
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], NULL);
		CHECK_INT(x[i].wrong, 0);
	}
}

TEST(a_program_that_is_not_there_means_no_plugins)
{
	struct hyk_jail_options o = { .program = "/nowhere/hyangyak-jail", .cpu = -1 };
	struct hyk_jail_source s = body("");
	struct hyk_jail *j = NULL;
	struct hyk_value m;

	hyk_diags_init(&diags, &arena);
	CHECK_INT(hyk_jail_open(&o, &s, 1, &arena, &j, &m, &diags), HYK_E_FAULT);
	REQUIRE(diags.first != NULL);
	CHECK_INT(diags.first->id, 520);
	CHECK_STR(diags.first->text[HYK_LANG_EN],
	    "no plugin is served: the program '/nowhere/hyangyak-jail' cannot be started: No such file or directory");
	/* A program that is no jail. */
	o.program = "/bin/true";
	CHECK_INT(hyk_jail_open(&o, &s, 1, &arena, &j, &m, &diags), HYK_E_FAULT);
}

TEST(more_plugins_than_fit_are_refused)
{
	struct hyk_jail_source s[65];
	struct hyk_value m[65];
	struct hyk_jail *j = NULL;

	for (size_t i = 0; i < HYK_ARRAY_LEN(s); i++)
		s[i] = body("return permit()");
	CHECK_INT(open_with(s, 65, NULL, &j, m), HYK_E_INVALID);
	REQUIRE(diags.first != NULL);
	CHECK_INT(diags.first->id, 508);
	REQUIRE(open_with(s, 64, NULL, &j, m) == HYK_OK);
	CHECK_INT(call(j, 63, HYK_HOOK_PERMIT, "{}").outcome, HYK_JAIL_OK);
	hyk_jail_close(j);
}

TEST(no_plugins_is_a_jail_too)
{
	struct hyk_jail *j = NULL;
	struct hyk_jail_call c = { 0 };

	REQUIRE(open_with(NULL, 0, NULL, &j, NULL) == HYK_OK);
	hyk_jail_run(j, &c, 1, &arena);
	CHECK_INT(c.outcome, HYK_JAIL_REJECT_LOAD);
	hyk_jail_run(j, NULL, 0, &arena);
	hyk_jail_close(j);
	hyk_jail_close(NULL);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(a_plugin_loads_and_its_hooks_answer);
	RUN(answers_of_the_wrong_type_are_refused_by_path);
	RUN(nothing_said_is_no_answer);
	RUN(reading_what_is_not_declared_is_an_error);
	RUN(what_log_writes_comes_along);
	RUN(a_file_that_does_not_load_is_told_where_and_why);
	RUN(a_request_that_cannot_cross_is_an_error_of_that_call_alone);
	RUN(many_calls_travel_in_few_hand_offs_and_keep_their_order);
	RUN(limits_may_be_lowered_and_not_raised);
	RUN(a_jail_that_is_killed_is_replaced_and_the_call_answers);
	RUN(jails_killed_from_outside_are_nobody_s_fault);
	RUN(a_jail_that_cannot_be_started_is_tried_again);
	RUN(a_jail_that_crashes_is_a_strike);
	RUN(a_strike_is_forgotten_after_ten_thousand_good_calls);
	RUN(a_quarantine_is_probed_and_lifted_by_success);
	RUN(three_missed_deadlines_are_quarantine_for_that_plugin_alone);
	RUN(no_answer_is_lost_doubled_or_swapped_under_load);
	RUN(a_program_that_is_not_there_means_no_plugins);
	RUN(more_plugins_than_fit_are_refused);
	RUN(no_plugins_is_a_jail_too);
	hyk_arena_fini(&arena);
	return check_done();
}
