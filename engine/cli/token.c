/* SPDX-License-Identifier: Apache-2.0 */
/* cli/token.c - hyangyak token add | list | remove: bearer tokens of a state folder, also beside a running engine. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "value/json.h"

static int
list_tokens(struct hyk_arena *arena, struct hyk_str dir, bool json, struct hyk_diags *diags)
{
	struct hyk_caller *callers;
	struct hyk_buf b;
	size_t n;
	enum hyk_status st = hyk_tokens_list(dir, arena, &callers, &n, diags);

	if (st != HYK_OK)
		return hyk_cli_exit(st, diags);
	hyk_buf_init(&b, 0);
	for (size_t i = 0; i < n; i++) {
		if (json) {
			hyk_buf_append_c(&b, "{\"name\":");
			hyk_json_write_str(&b, hyk_str_from_c(callers[i].name));
			hyk_buf_append_c(&b, ",\"commons\":");
			hyk_json_write_str(&b, hyk_str_from_c(callers[i].commons));
			hyk_buf_append_c(&b, ",\"rights\":\"");
			hyk_rights_write(&b, callers[i].rights);
			hyk_buf_append_c(&b, "\"}\n");
		} else {
			hyk_buf_printf(&b, "%-20s %-30s ", callers[i].name, callers[i].commons);
			hyk_rights_write(&b, callers[i].rights);
			hyk_buf_append_char(&b, '\n');
		}
	}
	fwrite(b.p, 1, b.n, stdout);
	hyk_buf_fini(&b);
	return EXIT_YES;
}

static int
add_token(struct hyk_arena *arena, struct hyk_str dir, const char *name, const char *commons, const char *rights,
    struct hyk_diags *diags)
{
	struct hyk_str secret;
	uint32_t bits;
	enum hyk_status st;

	if (name == NULL || commons == NULL || rights == NULL) {
		hyk_cli_complain("token add", "give --name, --commons and --rights (for example decide,dry_run)",
		    "--name, --commons, --rights(예: decide,dry_run)를 주세요");
		return EXIT_USAGE;
	}
	st = hyk_rights_parse(hyk_str_from_c(rights), &bits, diags);
	if (st == HYK_OK)
		st = hyk_file_make_dirs(dir, 0700, diags);
	if (st == HYK_OK)
		st = hyk_tokens_add(dir, hyk_str_from_c(name), hyk_str_from_c(commons), bits, arena, &secret, diags);
	if (st == HYK_OK)
		printf("%.*s\n", HYK_STR_ARG(secret));
	return hyk_cli_exit(st, diags);
}

int
hyk_command_token(const struct hyk_args *args)
{
	const char *state = NULL, *name = NULL, *commons = NULL, *rights = NULL, *operands[2];
	bool json = false;
	const struct hyk_option options[] = {
		{ "state", &state, NULL, "DIR", "the engine's state folder" },
		{ "name", &name, NULL, "NAME", "name of the service" },
		{ "commons", &commons, NULL, "PATH", "it decides here and below" },
		{ "rights", &rights, NULL, "LIST", "decide,dry_run,vouch,events,officer,steward,auditor,admin" },
		{ "json", NULL, &json, NULL, "list: one JSON line a token" },
	};
	struct hyk_arena arena;
	struct hyk_diags diags;
	size_t n;
	int code;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options),
		"add|list|remove --state DIR   (add prints the token once; only its hash is kept)", operands, 1, &n, &code))
		return code;
	if (n == 0 || state == NULL) {
		hyk_cli_complain("token", "token add|list|remove --state DIR ...", "token add|list|remove --state 폴더 ...");
		return EXIT_USAGE;
	}
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	if (strcmp(operands[0], "add") == 0) {
		code = add_token(&arena, hyk_str_from_c(state), name, commons, rights, &diags);
	} else if (strcmp(operands[0], "list") == 0) {
		code = list_tokens(&arena, hyk_str_from_c(state), json, &diags);
	} else if (strcmp(operands[0], "remove") == 0 && name != NULL) {
		code = hyk_cli_exit(hyk_tokens_remove(hyk_str_from_c(state), hyk_str_from_c(name), &diags), &diags);
	} else {
		hyk_cli_complain("token", "token add|list|remove; remove takes --name", "token add|list|remove; remove에는 --name");
		code = EXIT_USAGE;
	}
	hyk_arena_fini(&arena);
	return code;
}
