/* SPDX-License-Identifier: Apache-2.0 */
/* cli/test.c - hyangyak test: runs scenarios and shows which rules they reach. */
#include <stdio.h>

#include "cli/cli.h"
#include "runtime/scenarios.h"
#include "value/json.h"

#define MAX_FILES 256

enum form { FORM_LINES, FORM_JSON, FORM_TAP, FORM_JUNIT };

static void
print_xml(struct hyk_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '<':
			fputs("&lt;", stdout);
			break;
		case '>':
			fputs("&gt;", stdout);
			break;
		case '&':
			fputs("&amp;", stdout);
			break;
		case '"':
			fputs("&quot;", stdout);
			break;
		default:
			putchar(s.p[i]);
		}
	}
}

static void
print_cases(const struct hyk_scenarios_result *r, enum form form)
{
	if (form == FORM_TAP)
		printf("TAP version 13\n1..%zu\n", r->n_cases);
	if (form == FORM_JUNIT)
		printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"hyangyak\" tests=\"%zu\" failures=\"%zu\">\n",
		    r->n_cases, r->n_failed);
	for (size_t i = 0; i < r->n_cases; i++) {
		const struct hyk_case_result *c = &r->cases[i];

		switch (form) {
		case FORM_JSON:
			printf("%.*s\n", HYK_STR_ARG(c->json));
			break;
		case FORM_TAP:
			printf("%sok %zu - %.*s%s\n", c->passed ? "" : "not ", i + 1, HYK_STR_ARG(c->name),
			    c->expected ? "" : " # SKIP nothing expected");
			if (!c->passed)
				printf("# %.*s\n", HYK_STR_ARG(c->why));
			break;
		case FORM_JUNIT:
			fputs("  <testcase classname=\"", stdout);
			print_xml(c->file);
			fputs("\" name=\"", stdout);
			print_xml(c->name);
			if (c->passed) {
				fputs("\"/>\n", stdout);
			} else {
				fputs("\"><failure message=\"", stdout);
				print_xml(c->why);
				fputs("\"/></testcase>\n", stdout);
			}
			break;
		case FORM_LINES:
			printf("%s %.*s\n", c->passed ? (c->expected ? "pass" : "ran ") : "FAIL", HYK_STR_ARG(c->name));
			if (!c->passed)
				printf("     %.*s\n", HYK_STR_ARG(c->why));
			break;
		}
	}
	if (form == FORM_JUNIT)
		puts("</testsuite>");
}

static void
print_coverage(const struct hyk_scenarios_result *r, FILE *out)
{
	bool ko = hyk_cli_lang() == HYK_LANG_KO;
	size_t n_true = 0, n_false = 0, never = 0;

	fprintf(out, "\n%s\n", ko ? "규칙 적용 범위 (참 / 거짓 / 미정)" : "rule coverage (true / false / unknown)");
	for (size_t i = 0; i < r->n_coverage; i++) {
		const struct hyk_coverage_row *c = &r->coverage[i];
		bool none = c->n_true + c->n_false + c->n_unknown + c->n_error == 0;

		n_true += c->n_true > 0;
		n_false += c->n_false > 0;
		never += none;
		fprintf(out, "  %4u %4u %4u  %.*s%s\n", c->n_true, c->n_false, c->n_unknown, HYK_STR_ARG(c->rule),
		    none ? (ko ? "  (한 번도 쓰이지 않음)" : "  (never reached)") : "");
	}
	if (ko)
		fprintf(out, "규칙 %zu개 중 참인 적 있음 %zu, 거짓인 적 있음 %zu, 쓰이지 않음 %zu\n", r->n_coverage, n_true, n_false,
		    never);
	else
		fprintf(out, "%zu rules: %zu true at least once, %zu false at least once, %zu never reached\n", r->n_coverage,
		    n_true, n_false, never);
}

static void
no_wake(void *self)
{
	(void)self;
}

int
hyk_command_test(const struct hyk_args *args)
{
	const char *commons = NULL, *plugins = "plugins", *jail = NULL, *operands[MAX_FILES];
	bool json = false, tap = false, junit = false, no_coverage = false;
	const struct hyk_option options[] = {
		{ "commons", &commons, NULL, "DIR", "folder of the commons" },
		{ "plugins", &plugins, NULL, "DIR", "folder of the plugins (default: plugins)" },
		{ "jail", &jail, NULL, "FILE", "the jail program (default: beside hyangyak)" },
		{ "json", NULL, &json, NULL, "one JSON line a case" },
		{ "tap", NULL, &tap, NULL, "TAP version 13" },
		{ "junit", NULL, &junit, NULL, "JUnit XML" },
		{ "no-coverage", NULL, &no_coverage, NULL, "leave out the coverage of rules" },
	};
	struct hyk_str files[MAX_FILES];
	struct hyk_scenarios_result result = { 0 };
	struct hyk_engine_options o = { .no_pin = true };
	struct hyk_engine *engine = NULL;
	struct hyk_worker *worker = NULL;
	struct hyk_arena arena;
	struct hyk_diags diags;
	enum form form;
	size_t n;
	int code;
	enum hyk_status st;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options),
		"--commons DIR [FILE...]   without files: all scenarios of the folder and its plugins; with --commons missing, "
		"the operand is the folder", operands, MAX_FILES, &n, &code))
		return code;
	if (commons == NULL && n == 1) {
		commons = operands[0];
		n = 0;
	}
	if (commons == NULL) {
		hyk_cli_complain("test", "which folder? hyangyak test --commons policies/yongin [FILE...]",
		    "폴더를 주세요: hyangyak test --commons policies/yongin [파일...]");
		return EXIT_USAGE;
	}
	form = json ? FORM_JSON : tap ? FORM_TAP : junit ? FORM_JUNIT : FORM_LINES;
	for (size_t i = 0; i < n; i++)
		files[i] = hyk_str_from_c(operands[i]);
	o.commons_dir = commons;
	o.plugins_dir = plugins;
	o.jail_program = jail;
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_engine_open(&o, &engine, &diags);
	if (st == HYK_OK)
		st = hyk_worker_open(engine, -1, no_wake, NULL, &worker, &diags);
	if (st == HYK_OK)
		st = hyk_scenarios_run(worker, n == 0, files, n, &arena, &result, &diags);
	print_cases(&result, form);
	if (st == HYK_OK && form == FORM_LINES) {
		if (!no_coverage)
			print_coverage(&result, stdout);
		printf("%s%zu %s, %zu %s\n", no_coverage ? "" : "\n", result.n_cases - result.n_failed,
		    hyk_cli_lang() == HYK_LANG_KO ? "통과" : "passed", result.n_failed,
		    hyk_cli_lang() == HYK_LANG_KO ? "실패" : "failed");
	}
	code = hyk_cli_exit(st, &diags);
	if (code == EXIT_YES && result.n_failed > 0)
		code = EXIT_NO;
	hyk_worker_close(worker);
	hyk_engine_close(engine);
	hyk_arena_fini(&arena);
	return code;
}
