/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/cli.h - the commands, and what they share: options, exit codes, messages.
 *
 * Exit codes: 0 yes, 1 no (a check failed, the policy said no), 2 usage, 3 invalid input, 4 environment.
 */
#ifndef HYK_CLI_CLI_H
#define HYK_CLI_CLI_H

#include "base/diag.h"
#include "base/status.h"
#include "runtime/engine.h"

enum { EXIT_YES = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_INVALID = 3, EXIT_ENVIRONMENT = 4 };

/* What stands on the command line after the command's name. */
struct hyk_args {
	int n;
	char **v;
	const char *command;
};

/* An option of a command: --name VALUE, or --name when value is NULL. */
struct hyk_option {
	const char *name;
	const char **value; /* with a value */
	bool *flag;         /* without */
	const char *metavar, *help;
};

/*
 * Reads the options; what is left are operands (at most `max`). Prints help for --help and -h and sets *ret_exit
 * to EXIT_YES; on a wrong option prints one line and sets EXIT_USAGE. True: go on.
 */
bool hyk_options_parse(const struct hyk_args *args, const struct hyk_option *options, size_t n_options,
    const char *synopsis, const char **operands, size_t max, size_t *ret_n, int *ret_exit);

/* The language of the person at the terminal: LC_ALL, LC_MESSAGES, LANG; English unless it begins with "ko". */
enum hyk_lang hyk_cli_lang(void);
/* All messages to standard error. */
void hyk_cli_print_diags(const struct hyk_diags *d);
/* The exit code of a failed status; prints "out of memory" and the like when diags has no error. */
int hyk_cli_exit(enum hyk_status st, const struct hyk_diags *d);
/* "hyangyak COMMAND: text" in the person's language, to standard error. */
void hyk_cli_complain(const char *command, const char *en, const char *ko);

int hyk_command_serve(const struct hyk_args *args);
int hyk_command_check(const struct hyk_args *args);
int hyk_command_test(const struct hyk_args *args);
int hyk_command_decide(const struct hyk_args *args);
int hyk_command_explain(const struct hyk_args *args);
int hyk_command_eval(const struct hyk_args *args);
#ifdef HYK_TEST_CLOCK
int hyk_command_advance(const struct hyk_args *args);
#endif
int hyk_command_token(const struct hyk_args *args);
int hyk_command_plugin(const struct hyk_args *args);

#endif
