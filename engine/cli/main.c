/* SPDX-License-Identifier: Apache-2.0 */
/* cli/main.c - hyangyak COMMAND: finds the command and runs it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#ifndef HYK_VERSION
#define HYK_VERSION "0.1.0"
#endif

static const struct command {
	const char *name;
	int (*run)(const struct hyk_args *args);
	const char *help[2];
} commands[] = {
	{ "serve", hyk_command_serve, { "run the engine: HTTP API over a folder's rules", "엔진 실행: 폴더의 규칙으로 HTTP API 제공" } },
	{ "check", hyk_command_check,
	    { "load, type-check and lint policies and plugins", "정책과 플러그인을 읽고 검사" } },
	{ "test", hyk_command_test, { "run scenarios, with rule coverage", "시나리오 실행과 규칙 적용 범위" } },
	{ "decide", hyk_command_decide, { "one decision from a request file", "요청 파일 하나에 대한 결정" } },
	{ "explain", hyk_command_explain,
	    { "why a request is decided so; or what a message means (HYK-0412)", "결정의 이유, 또는 메시지 번호 설명(HYK-0412)" } },
	{ "eval", hyk_command_eval, { "value, type and cost of one condition", "조건식 하나의 값, 타입, 비용" } },
	{ "plugin", hyk_command_plugin,
	    { "for authors: list and check plugins, try a hook", "플러그인 저자용: 목록, 검사, 훅 시험" } },
#ifdef HYK_TEST_CLOCK
	{ "advance", hyk_command_advance, { "move the clock of this test build", "시험 빌드의 시계 옮기기" } },
#endif
	{ "token", hyk_command_token, { "add, list and remove bearer tokens", "토큰 추가, 목록, 삭제" } },
};

static void
usage(FILE *out)
{
	enum hyk_lang lang = hyk_cli_lang();

	fprintf(out, "%s\n\n", lang == HYK_LANG_KO ?
	    "사용법: hyangyak 명령 [--help]" : "usage: hyangyak COMMAND [--help]");
	for (size_t i = 0; i < HYK_ARRAY_LEN(commands); i++)
		fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].help[lang]);
	fprintf(out, "\n%s\n", lang == HYK_LANG_KO ?
	    "종료 코드: 0 예, 1 아니요, 2 사용법, 3 잘못된 입력, 4 환경" :
	    "exit codes: 0 yes, 1 no, 2 usage, 3 invalid input, 4 environment");
}

int
main(int argc, char **argv)
{
	struct hyk_args args;
	struct hyk_str names[HYK_ARRAY_LEN(commands)], near;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return EXIT_YES;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("hyangyak " HYK_VERSION);
		return EXIT_YES;
	}
	args = (struct hyk_args){ argc - 2, argv + 2, argv[1] };
	for (size_t i = 0; i < HYK_ARRAY_LEN(commands); i++) {
		names[i] = hyk_str_from_c(commands[i].name);
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(&args);
	}
	near = hyk_str_nearest(hyk_str_from_c(argv[1]), names, HYK_ARRAY_LEN(names));
	fprintf(stderr, hyk_cli_lang() == HYK_LANG_KO ? "hyangyak: '%s' 명령은 없습니다" : "hyangyak: there is no command '%s'",
	    argv[1]);
	if (near.n > 0)
		fprintf(stderr, hyk_cli_lang() == HYK_LANG_KO ? ". '%.*s'을(를) 뜻하셨나요?" : "; did you mean '%.*s'?",
		    HYK_STR_ARG(near));
	fputc('\n', stderr);
	return EXIT_USAGE;
}
