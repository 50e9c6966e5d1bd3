/* SPDX-License-Identifier: Apache-2.0 */
/* cli/options.c - options, language, messages: what all commands share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum hyk_lang
hyk_cli_lang(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != '\0')
			return strncmp(v, "ko", 2) == 0 ? HYK_LANG_KO : HYK_LANG_EN;
	}
	return HYK_LANG_EN;
}

void
hyk_cli_print_diags(const struct hyk_diags *d)
{
	struct hyk_buf b;

	if (d->first == NULL)
		return;
	hyk_buf_init(&b, 0);
	hyk_diags_render(&b, d, hyk_cli_lang());
	fwrite(b.p, 1, b.n, stderr);
	hyk_buf_fini(&b);
}

void
hyk_cli_complain(const char *command, const char *en, const char *ko)
{
	fprintf(stderr, "hyangyak %s: %s\n", command, hyk_cli_lang() == HYK_LANG_KO ? ko : en);
}

int
hyk_cli_exit(enum hyk_status st, const struct hyk_diags *d)
{
	hyk_cli_print_diags(d);
	if (st != HYK_OK && d->n_errors == 0)
		fprintf(stderr, "hyangyak: %s\n", hyk_status_name(st));
	switch (st) {
	case HYK_OK:
		return EXIT_YES;
	case HYK_E_INVALID:
	case HYK_E_LIMIT:
	case HYK_E_EXISTS:
		return EXIT_INVALID;
	case HYK_E_NOMEM:
	case HYK_E_NOT_FOUND:
	case HYK_E_BUSY:
	case HYK_E_DENIED:
	case HYK_E_IO:
	case HYK_E_FULL:
	case HYK_E_FAULT:
	case HYK_E_STOPPED:
		return EXIT_ENVIRONMENT;
	}
	return EXIT_ENVIRONMENT;
}

static void
help(const struct hyk_args *args, const struct hyk_option *options, size_t n, const char *synopsis)
{
	printf("%s hyangyak %s %s\n\n", hyk_cli_lang() == HYK_LANG_KO ? "사용법:" : "usage:", args->command, synopsis);
	for (size_t i = 0; i < n; i++) {
		char left[64];

		snprintf(left, sizeof(left), "--%s%s%s", options[i].name, options[i].value != NULL ? " " : "",
		    options[i].value != NULL ? options[i].metavar : "");
		printf("  %-28s %s\n", left, options[i].help);
	}
}

static bool
wrong(const struct hyk_args *args, const char *what, const char *which, int *ret_exit)
{
	fprintf(stderr, "hyangyak %s: %s '%s' (hyangyak %s --help)\n", args->command, what, which, args->command);
	*ret_exit = EXIT_USAGE;
	return false;
}

bool
hyk_options_parse(const struct hyk_args *args, const struct hyk_option *options, size_t n_options, const char *synopsis,
    const char **operands, size_t max, size_t *ret_n, int *ret_exit)
{
	bool ko = hyk_cli_lang() == HYK_LANG_KO, only_operands = false;

	*ret_n = 0;
	for (int i = 0; i < args->n; i++) {
		const char *a = args->v[i], *eq;
		const struct hyk_option *o = NULL;
		size_t len;

		if (only_operands || a[0] != '-' || a[1] == '\0') {
			if (*ret_n == max)
				return wrong(args, ko ? "남는 인자" : "one argument too many:", a, ret_exit);
			operands[(*ret_n)++] = a;
			continue;
		}
		if (strcmp(a, "--") == 0) {
			only_operands = true;
			continue;
		}
		if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0) {
			help(args, options, n_options, synopsis);
			*ret_exit = EXIT_YES;
			return false;
		}
		eq = strchr(a, '=');
		len = eq != NULL ? (size_t)(eq - a) : strlen(a);
		for (size_t k = 0; k < n_options && len > 2 && a[1] == '-'; k++)
			if (strlen(options[k].name) == len - 2 && memcmp(options[k].name, a + 2, len - 2) == 0)
				o = &options[k];
		if (o == NULL)
			return wrong(args, ko ? "모르는 옵션" : "unknown option", a, ret_exit);
		if (o->flag != NULL) {
			if (eq != NULL)
				return wrong(args, ko ? "값을 받지 않는 옵션" : "this option takes no value:", a, ret_exit);
			*o->flag = true;
		} else if (eq != NULL) {
			*o->value = eq + 1;
		} else if (i + 1 < args->n) {
			*o->value = args->v[++i];
		} else {
			return wrong(args, ko ? "값이 빠진 옵션" : "a value is missing after", a, ret_exit);
		}
	}
	return true;
}
