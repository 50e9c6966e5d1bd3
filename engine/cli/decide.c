/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/decide.c - hyangyak decide and hyangyak explain: one dry run on a folder, by the code that serves HTTP.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "runtime/scenarios.h"
#include "value/json.h"

#define MAX_REQUEST_BYTES ((size_t)1 << 20)

struct question {
	const char *commons, *plugins, *request, *jail;
	bool trace;
};

static void
no_wake(void *self)
{
	(void)self;
}

static int
print_problem(const struct hyk_exchange *x, const char *file)
{
	const struct hyk_problem *p = &x->problem;

	if (p->has_position)
		fprintf(stderr, "%s:%u:%u: ", file, p->line, p->column);
	else
		fprintf(stderr, "%s: ", file);
	fprintf(stderr, "%.*s [%s]\n", HYK_STR_ARG(p->detail[hyk_cli_lang()]), p->code);
	return p->status >= 500 ? EXIT_ENVIRONMENT : EXIT_INVALID;
}

static int
answer(struct hyk_worker *w, struct hyk_engine *engine, const struct question *q, struct hyk_str body)
{
	struct hyk_exchange x = { .op = HYK_OP_EVALUATE, .body = body, .trace = q->trace };
	struct hyk_str top = hyk_engine_top_commons(engine);
	int code;

	snprintf(x.caller.name, sizeof(x.caller.name), "%s", "local");
	snprintf(x.caller.commons, sizeof(x.caller.commons), "%.*s", HYK_STR_ARG(top));
	x.caller.rights = HYK_RIGHT_DECIDE | HYK_RIGHT_DRY_RUN;
	if (!hyk_worker_start(w, &x))
		x.status = 500; /* cannot be: without a state nothing waits */
	if (x.status == 200) {
		struct hyk_str a = hyk_buf_peek(&x.answer);

		fwrite(a.p, 1, a.n, stdout);
		putchar('\n');
		code = q->trace || hyk_str_starts_with(a, HYK_STR("{\"decision\":true")) ? EXIT_YES : EXIT_NO;
	} else {
		code = print_problem(&x, q->request);
	}
	hyk_exchange_fini(&x);
	return code;
}

static int
ask(const char *command, const struct question *q)
{
	struct hyk_engine_options o = { .commons_dir = q->commons, .plugins_dir = q->plugins, .jail_program = q->jail,
		.no_pin = true };
	struct hyk_engine *engine = NULL;
	struct hyk_worker *worker = NULL;
	struct hyk_arena arena;
	struct hyk_diags diags;
	struct hyk_str body;
	int code;
	enum hyk_status st;

	if (q->commons == NULL || q->request == NULL) {
		hyk_cli_complain(command, "give --commons DIR and --request FILE ('-' is standard input)",
		    "--commons 폴더와 --request 파일('-'는 표준 입력)을 주세요");
		return EXIT_USAGE;
	}
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_file_read(&arena, hyk_str_from_c(q->request), MAX_REQUEST_BYTES, &body, &diags);
	if (st == HYK_OK)
		st = hyk_engine_open(&o, &engine, &diags);
	if (st == HYK_OK)
		st = hyk_worker_open(engine, -1, no_wake, NULL, &worker, &diags);
	code = hyk_cli_exit(st, &diags);
	if (st == HYK_OK)
		code = answer(worker, engine, q, body);
	hyk_worker_close(worker);
	hyk_engine_close(engine);
	hyk_arena_fini(&arena);
	return code;
}

int
hyk_command_decide(const struct hyk_args *args)
{
	struct question q = { .plugins = "plugins" };
	const char *operands[1];
	const struct hyk_option options[] = {
		{ "commons", &q.commons, NULL, "DIR", "folder of the commons" },
		{ "plugins", &q.plugins, NULL, "DIR", "folder of the plugins (default: plugins)" },
		{ "request", &q.request, NULL, "FILE", "an AuthZEN evaluation in JSON; '-' reads standard input" },
		{ "jail", &q.jail, NULL, "FILE", "the jail program (default: beside hyangyak)" },
	};
	size_t n;
	int code;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options),
		"--commons DIR --request FILE   (exit code 0: permit, 1: deny or conditional)", operands, 1, &n, &code))
		return code;
	if (n == 1 && q.request == NULL)
		q.request = operands[0];
	return ask("decide", &q);
}

static int
explain_message(const char *number)
{
	struct hyk_diag_info info;
	int64_t i;
	enum hyk_lang lang = hyk_cli_lang();

	if (!hyk_str_to_i64(hyk_str_from_c(number), &i) || i <= 0 || i > 9999 || !hyk_diag_info((unsigned)i, &info)) {
		hyk_cli_complain("explain", "there is no message of this number", "이 번호의 메시지가 없습니다");
		return EXIT_NO;
	}
	printf("HYK-%04u %s (%s)\n\n  %s\n", (unsigned)info.id, info.name, hyk_severity_name(info.severity, lang),
	    info.text[lang]);
	if (info.hint[lang][0] != '\0')
		printf("  %s %s\n", lang == HYK_LANG_KO ? "도움말:" : "hint:", info.hint[lang]);
	return EXIT_YES;
}

int
hyk_command_explain(const struct hyk_args *args)
{
	struct question q = { .plugins = "plugins", .trace = true };
	const char *operands[1];
	const struct hyk_option options[] = {
		{ "commons", &q.commons, NULL, "DIR", "folder of the commons" },
		{ "plugins", &q.plugins, NULL, "DIR", "folder of the plugins (default: plugins)" },
		{ "request", &q.request, NULL, "FILE", "an AuthZEN evaluation in JSON; '-' reads standard input" },
		{ "jail", &q.jail, NULL, "FILE", "the jail program (default: beside hyangyak)" },
	};
	size_t n;
	int code;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options),
		"HYK-0412 | --commons DIR --request FILE   (the whole trace as JSON)", operands, 1, &n, &code))
		return code;
	if (n == 1 && strncmp(operands[0], "HYK-", 4) == 0)
		return explain_message(operands[0] + 4);
	if (n == 1 && q.request == NULL)
		q.request = operands[0];
	return ask("explain", &q);
}
