/* SPDX-License-Identifier: Apache-2.0 */
/* cli/eval.c - hyangyak eval: what one condition comes to, of which type, at which cost, and why.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "runtime/expression.h"
#include "value/json.h"

#define MAX_EXPRESSION_BYTES ((size_t)1 << 20)
#define MAX_WITH_BYTES ((size_t)16 << 20)

struct ask {
	const char *text, *with, *zone, *commons, *in;
	bool type, trace, json, functions;
};

static bool
is_value(struct hyk_value v)
{
	return v.kind != HYK_ERROR_VALUE && v.kind != HYK_UNKNOWN && v.kind != HYK_ABSENT;
}

/* {"value": ...} or {"error": "..."}, without the braces. */
static void
write_outcome(struct hyk_buf *b, struct hyk_value v)
{
	if (is_value(v)) {
		hyk_buf_append_c(b, "\"value\":");
		hyk_json_write(b, v);
	} else if (v.kind == HYK_ERROR_VALUE && v.as.err != NULL) {
		hyk_buf_append_c(b, "\"error\":");
		hyk_json_write_str(b, v.as.err->text);
	} else {
		hyk_buf_append_c(b, "\"unknown\":true");
	}
}

static void
write_json(struct hyk_buf *b, const struct ask *q, const struct hyk_expression_answer *a,
    const struct hyk_diags *why)
{
	hyk_buf_append_char(b, '{');
	write_outcome(b, a->value);
	if (why->first != NULL && why->first->src != NULL) {
		struct hyk_position p = hyk_source_locate(why->first->src, why->first->span);

		hyk_buf_printf(b, ",\"line\":%" PRIu32 ",\"column\":%" PRIu32, p.line, p.column);
	}
	hyk_buf_append_c(b, ",\"type\":");
	hyk_json_write_str(b, a->type);
	hyk_buf_printf(b, ",\"cost\":%" PRIu64 ",\"cost_at_most\":", a->cost);
	if (a->cost_most == UINT64_MAX)
		hyk_buf_append_c(b, "null");
	else
		hyk_buf_printf(b, "%" PRIu64, a->cost_most);
	if (q->type) {
		hyk_buf_append_c(b, ",\"names\":{");
		for (size_t i = 0; i < a->n_names; i++) {
			hyk_buf_append_c(b, i > 0 ? "," : "");
			hyk_json_write_str(b, a->names[i].name);
			hyk_buf_append_char(b, ':');
			hyk_json_write_str(b, a->names[i].type);
		}
		hyk_buf_append_char(b, '}');
	}
	if (q->trace) {
		hyk_buf_append_c(b, ",\"trace\":[");
		for (size_t i = 0; i < a->n_steps; i++) {
			hyk_buf_printf(b,
			    "%s{\"line\":%" PRIu32 ",\"column\":%" PRIu32 ",\"text\":",
			    i > 0 ? "," : "", a->steps[i].line, a->steps[i].column);
			hyk_json_write_str(b, a->steps[i].text);
			hyk_buf_append_char(b, ',');
			write_outcome(b, a->steps[i].value);
			hyk_buf_append_char(b, '}');
		}
		hyk_buf_printf(b, "],\"trace_cut\":%s", a->steps_cut ? "true" : "false");
	}
	hyk_buf_append_c(b, "}\n");
}

/* Of a constant as it is written in the expression: says nothing. */
static bool
is_plain(const struct hyk_expression_step *s)
{
	struct hyk_buf b;
	bool same;

	hyk_buf_init(&b, 0);
	hyk_json_write(&b, s->value);
	same = is_value(s->value) && hyk_str_eq(hyk_buf_peek(&b), s->text);
	hyk_buf_fini(&b);
	return same;
}

/* The text of a step on one line. */
static void
write_flat(struct hyk_buf *b, struct hyk_str s)
{
	bool blank = false;

	for (size_t i = 0; i < s.n; i++) {
		bool now = s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t' || s.p[i] == ' ';

		if (!now || !blank)
			hyk_buf_append_char(b, now ? ' ' : s.p[i]);
		blank = now;
	}
}

static void
write_steps(struct hyk_buf *b, const struct hyk_expression_answer *a, bool ko)
{
	for (size_t i = 0; i < a->n_steps; i++) {
		const struct hyk_expression_step *s = &a->steps[i];

		if (is_plain(s))
			continue;
		hyk_buf_printf(b, "  %" PRIu32 ":%" PRIu32 "  ", s->line, s->column);
		write_flat(b, s->text);
		hyk_buf_append_c(b, "  =>  ");
		if (is_value(s->value)) {
			hyk_json_write(b, s->value);
		} else if (s->value.kind == HYK_ERROR_VALUE && s->value.as.err != NULL) {
			hyk_buf_append_c(b, ko ? "오류: " : "error: ");
			hyk_buf_append(b, s->value.as.err->text);
		} else {
			hyk_buf_append_c(b, ko ? "알 수 없음" : "unknown");
		}
		hyk_buf_append_char(b, '\n');
	}
	if (a->steps_cut)
		hyk_buf_append_c(b, ko ? "  ... 그 뒤는 줄임\n" : "  ... and more\n");
}

static void
write_text(struct hyk_buf *b, const struct ask *q, const struct hyk_expression_answer *a)
{
	bool ko = hyk_cli_lang() == HYK_LANG_KO;

	if (is_value(a->value)) {
		hyk_json_write(b, a->value);
		hyk_buf_append_char(b, '\n');
	}
	hyk_buf_printf(b, "%s: %.*s\n", ko ? "타입" : "type", HYK_STR_ARG(a->type));
	hyk_buf_printf(b, ko ? "비용: %" PRIu64 : "cost: %" PRIu64, a->cost);
	if (a->cost_most != UINT64_MAX)
		hyk_buf_printf(
		    b, ko ? " (최대 %" PRIu64 ")" : " (at most %" PRIu64 ")", a->cost_most);
	hyk_buf_append_char(b, '\n');
	for (size_t i = 0; q->type && i < a->n_names; i++)
		hyk_buf_printf(b, "  %.*s: %.*s\n", HYK_STR_ARG(a->names[i].name),
		    HYK_STR_ARG(a->names[i].type));
	if (q->trace)
		write_steps(b, a, ko);
}

static int
print(struct hyk_buf *b)
{
	int code = EXIT_YES;

	if (b->failed) {
		fprintf(stderr, "hyangyak: %s\n", hyk_status_name(HYK_E_NOMEM));
		code = EXIT_ENVIRONMENT;
	} else if (fwrite(b->p, 1, b->n, stdout) != b->n || fflush(stdout) != 0) {
		hyk_cli_complain(
		    "eval", "cannot write to standard output", "표준 출력에 쓸 수 없습니다");
		code = EXIT_ENVIRONMENT;
	}
	hyk_buf_fini(b);
	return code;
}

static int
say(const struct ask *q, const struct hyk_source *src, const struct hyk_expression_answer *a,
    struct hyk_diags *diags)
{
	struct hyk_buf b;
	int code;

	if (!is_value(a->value))
		hyk_expression_explain(src, a->value, diags);
	hyk_buf_init(&b, 0);
	if (q->json)
		write_json(&b, q, a, diags);
	else
		write_text(&b, q, a);
	code = print(&b);
	hyk_cli_print_diags(diags);
	return code != EXIT_YES ? code : is_value(a->value) ? EXIT_YES : EXIT_NO;
}

static enum hyk_status
read_with(
    const char *path, struct hyk_arena *arena, struct hyk_value *ret_v, struct hyk_diags *diags)
{
	const struct hyk_json_limits limits = { .max_bytes = MAX_WITH_BYTES, .max_items = 1000000 };
	struct hyk_str text;
	const struct hyk_source *src;
	enum hyk_status st = hyk_file_read(
	    arena, hyk_str_from_c(path), MAX_WITH_BYTES, &text, diags);

	if (st != HYK_OK)
		return st;
	src = hyk_source_new(arena, hyk_str_from_c(path), text);
	if (src == NULL)
		return HYK_E_NOMEM;
	st = hyk_json_parse(arena, src, &limits, ret_v, diags);
	if (st == HYK_OK && ret_v->kind != HYK_MAP) {
		HYK_DIAG(diags, HYK_D_EVAL_WITH, src, HYK_NO_SPAN, hyk_str_from_c(path));
		st = HYK_E_INVALID;
	}
	return st;
}

static int
evaluate(const struct ask *q)
{
	struct hyk_expression e = { .zone = hyk_str_from_c(q->zone),
		.commons_dir = q->commons,
		.commons = hyk_str_from_c(q->in),
		.trace = q->trace };
	struct hyk_str text = hyk_str_from_c(q->text), name = HYK_STR("<expression>");
	struct hyk_expression_answer a;
	struct hyk_arena arena;
	struct hyk_diags diags;
	int code;
	enum hyk_status st = HYK_OK;

	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	if (strcmp(q->text, "-") == 0) {
		st = hyk_file_read(&arena, HYK_STR("-"), MAX_EXPRESSION_BYTES, &text, &diags);
		name = HYK_STR("<stdin>");
	}
	if (st == HYK_OK && q->with != NULL)
		st = read_with(q->with, &arena, &e.with, &diags);
	if (st == HYK_OK) {
		/* the newline that a shell or an editor puts at the end is not part of it */
		while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
			text.n--;
		e.src = hyk_source_new(&arena, name, text);
		st = e.src == NULL ? HYK_E_NOMEM : hyk_expression_run(&e, &arena, &a, &diags);
	}
	code = st == HYK_OK ? say(q, e.src, &a, &diags) : hyk_cli_exit(st, &diags);
	hyk_arena_fini(&arena);
	return code;
}

static int
manual(bool json)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	if (json)
		hyk_expression_manual_json(&b);
	else
		hyk_expression_manual(&b);
	return print(&b);
}

int
hyk_command_eval(const struct hyk_args *args)
{
	bool ko = hyk_cli_lang() == HYK_LANG_KO;
	struct ask q = { 0 };
	const char *operands[1];
	const struct hyk_option options[] = {
		{ "with", &q.with, NULL, "FILE",
		    ko ? "JSON 객체. 그 구성원이 식에서 쓰는 이름이 됩니다. '-'는 표준 입력"
		       : "a JSON object: its members are the names the expression may use; '-' is standard input" },
		{ "zone", &q.zone, NULL, "ZONE",
		    ko ? "시간대, 이름 tz의 값 (기본: 공유체의 시간대, 없으면 UTC)"
		       : "time zone, and what tz is (default: that of the commons, or UTC)" },
		{ "commons", &q.commons, NULL, "DIR",
		    ko ? "그 달력과 장소를 쓸 공유체 폴더"
		       : "folder of a commons, whose calendars and places are asked" },
		{ "in", &q.in, NULL, "PATH",
		    ko ? "그 폴더의 어느 공유체인지 (기본: 맨 위)"
		       : "which commons of that folder (default: the topmost)" },
		{ "type", NULL, &q.type, NULL,
		    ko ? "쓸 수 있는 이름의 타입도" : "also the types of the names it may use" },
		{ "trace", NULL, &q.trace, NULL,
		    ko ? "식의 부분마다의 값도" : "also what each sub-expression came to" },
		{ "json", NULL, &q.json, NULL,
		    ko ? "모두 JSON으로" : "all of it as JSON; also with --functions" },
		{ "functions", NULL, &q.functions, NULL,
		    ko ? "식 대신: 모든 함수의 설명서(영어)"
		       : "instead of an expression: the manual of all functions" },
	};
	size_t n;
	int code;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options),
		ko ? "'식' [--with FILE] [--zone ZONE] [--commons DIR [--in PATH]] [--type] [--trace] [--json]\n\n"
		     "CEL 식 하나의 값, 타입, 비용을 보여 줍니다. '-'는 식을 표준 입력에서 읽습니다. '-'로 시작하는 식은 '--' 뒤에 씁니다.\n"
		     "종료 코드: 0 값, 1 계산 오류 또는 알 수 없음, 2 사용법, 3 잘못된 식이나 JSON"
		   : "'EXPR' [--with FILE] [--zone ZONE] [--commons DIR [--in PATH]] [--type] [--trace] [--json]\n\n"
		     "Prints value, type and cost of a CEL expression. '-' reads it from standard input; one that begins\n"
		     "with a minus sign goes after '--'.\n"
		     "exit codes: 0 a value, 1 an error when evaluated or unknown, 2 usage, 3 expression or JSON not valid",
		operands, 1, &n, &code))
		return code;
	if (q.functions && n == 0)
		return manual(q.json);
	if (q.functions || n == 0) {
		hyk_cli_complain("eval",
		    q.functions ? "--functions takes no expression"
				: "which expression? hyangyak eval '1 + 2'",
		    q.functions ? "--functions는 식을 받지 않습니다"
				: "식을 주세요: hyangyak eval '1 + 2'");
		return EXIT_USAGE;
	}
	if (q.in != NULL && q.commons == NULL) {
		hyk_cli_complain("eval", "--in goes with --commons", "--in은 --commons와 함께 씁니다");
		return EXIT_USAGE;
	}
	q.text = operands[0];
	if (strcmp(q.text, "-") == 0 && q.with != NULL && strcmp(q.with, "-") == 0) {
		hyk_cli_complain("eval", "only one of the two can be read from standard input",
		    "표준 입력에서는 둘 중 하나만 읽을 수 있습니다");
		return EXIT_USAGE;
	}
	return evaluate(&q);
}
