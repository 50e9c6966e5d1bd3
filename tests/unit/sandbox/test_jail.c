/* SPDX-License-Identifier: Apache-2.0 */
/* The real jail, from the engine's side. */
#include "open_jail.h"

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
    "      return { permit('OK', 'fine'), need('proof', nil, { ko = '증명', en = 'prove it' }) }\n"
    "    end,\n"
    "    liability = function(req) return owe('sweep', { amount = math.min(req.n, params.cap) }, 'MIN') end,\n"
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
	    "[{\"answer\":\"permit\",\"code\":\"OK\",\"text\":\"fine\"},"
	    "{\"answer\":\"need\",\"fact\":\"proof\",\"text\":{\"en\":\"prove it\",\"ko\":\"증명\"}}]");
	c = call(j, 0, HYK_HOOK_LIABILITY, "{\"n\":100}");
	CHECK_STR(
	    to_json(c.answer), "{\"answer\":\"owe\",\"code\":\"MIN\",\"duty\":\"sweep\",\"terms\":{\"amount\":7}}");
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
		{ "return permit(5)", "the answer: code must be a text of 1 to 64 bytes" },
		{ "return need('f', 'C', 5)",
		    "the answer: text must be a text of 1 to 1024 bytes, or { ko = text, en = text }" },
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
	    "subject_type { ... }, duty \"name\" { ... } or workflow { ... }",
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
	RUN(a_program_that_is_not_there_means_no_plugins);
	RUN(more_plugins_than_fit_are_refused);
	RUN(no_plugins_is_a_jail_too);
	hyk_arena_fini(&arena);
	return check_done();
}
