/* SPDX-License-Identifier: Apache-2.0 */
/* cli/check.c - hyangyak check: loads a folder as the engine would, and says all that is wrong at once. */
#include <stdio.h>

#include "cli/cli.h"
#include "runtime/scenarios.h"

int
hyk_command_check(const struct hyk_args *args)
{
	const char *commons = NULL, *plugins = "plugins", *jail = NULL, *operands[1];
	bool json = false;
	const struct hyk_option options[] = {
		{ "commons", &commons, NULL, "DIR", "folder of the commons; also the operand" },
		{ "plugins", &plugins, NULL, "DIR", "folder of the plugins (default: plugins)" },
		{ "jail", &jail, NULL, "FILE", "the jail program (default: beside hyangyak)" },
		{ "json", NULL, &json, NULL, "the counts as JSON" },
	};
	struct hyk_engine_options o = { 0 };
	struct hyk_engine *engine = NULL;
	struct hyk_arena arena;
	struct hyk_diags diags;
	size_t n;
	int code;
	enum hyk_status st;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options), "[DIR] [--plugins DIR]", operands, 1, &n, &code))
		return code;
	if (n == 1)
		commons = operands[0];
	if (commons == NULL) {
		hyk_cli_complain("check", "which folder? hyangyak check policies/yongin", "폴더를 주세요: hyangyak check policies/yongin");
		return EXIT_USAGE;
	}
	o.commons_dir = commons;
	o.plugins_dir = plugins;
	o.jail_program = jail;
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_engine_open(&o, &engine, &diags);
	code = hyk_cli_exit(st, &diags);
	if (st == HYK_OK) {
		struct hyk_engine_size s = hyk_engine_size(engine);

		if (json)
			printf("{\"ok\":true,\"warnings\":%zu,\"commons\":%zu,\"policies\":%zu,\"rules\":%zu,\"types\":%zu,"
			       "\"plugins\":%zu,\"scenarios\":%zu}\n",
			    diags.n_warnings, s.commons, s.policies, s.rules, s.types, s.plugins, s.cases);
		else if (hyk_cli_lang() == HYK_LANG_KO)
			printf("이상 없음: 공유체 %zu, 정책 %zu, 규칙 %zu, 자산 종류 %zu, 시나리오 %zu, 경고 %zu\n", s.commons,
			    s.policies, s.rules, s.types, s.cases, diags.n_warnings);
		else
			printf("ok: %zu commons, %zu policies, %zu rules, %zu asset types, %zu scenarios, %zu warnings\n",
			    s.commons, s.policies, s.rules, s.types, s.cases, diags.n_warnings);
	}
	hyk_engine_close(engine);
	hyk_arena_fini(&arena);
	return code;
}
