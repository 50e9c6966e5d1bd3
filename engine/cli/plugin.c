/* SPDX-License-Identifier: Apache-2.0 */
/* cli/plugin.c - hyangyak plugin: what plugins define, and one hook tried in the jail. For the
 * authors of plugins. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "cli/cli.h"
#include "runtime/plugin_try.h"
#include "runtime/plugin_view.h"
#include "value/json.h"

#define MAX_REQUEST_BYTES ((size_t)1 << 20)
#define MAX_REPEAT 1000000

/* What was printed must have arrived. */
static int
finish(const char *command, int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	hyk_cli_complain(command, "cannot write the output", "출력을 쓸 수 없습니다");
	return EXIT_ENVIRONMENT;
}

static const char *
pick(const char *en, const char *ko)
{
	return hyk_cli_lang() == HYK_LANG_KO ? ko : en;
}

/* ---- reading a view ---- */

static struct hyk_str
str_of(struct hyk_value v, const char *key)
{
	const struct hyk_value *s = hyk_value_get(v, key);

	return s != NULL && s->kind == HYK_STRING ? hyk_value_str(*s) : HYK_STR("");
}

static struct hyk_value
item_of(struct hyk_value v, const char *key, uint32_t i)
{
	return hyk_value_get(v, key)->as.list->items[i];
}

static uint32_t
count_of(struct hyk_value v, const char *key)
{
	const struct hyk_value *l = hyk_value_get(v, key);

	return l != NULL && l->kind == HYK_LIST ? l->as.list->n : 0;
}

static void
print_title(struct hyk_value v)
{
	const struct hyk_value *t = hyk_value_get(v, "title");
	struct hyk_str s;

	if (t == NULL || t->kind != HYK_MAP || t->as.map->n == 0)
		return;
	s = str_of(*t, pick("en", "ko"));
	if (s.n == 0 && t->as.map->entries[0].value.kind == HYK_STRING)
		s = hyk_value_str(t->as.map->entries[0].value);
	printf(" (%.*s)", HYK_STR_ARG(s));
}

/* "name a, b, c": the texts of a list, or a member of its maps. */
static void
print_names(const char *label, struct hyk_value v, const char *key, const char *member)
{
	uint32_t n = count_of(v, key);

	if (n == 0)
		return;
	printf("  %s ", label);
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_value item = item_of(v, key, i);
		struct hyk_str s = member != NULL ? str_of(item, member) : hyk_value_str(item);

		printf("%s%.*s", i > 0 ? ", " : "", HYK_STR_ARG(s));
	}
	putchar('\n');
}

static void
print_presence(struct hyk_value fact)
{
	struct hyk_str presence = str_of(fact, "presence"), by = str_of(fact, "by"),
		       source = str_of(fact, "source");
	const struct hyk_value *v = hyk_value_get(fact, "default");
	struct hyk_buf b;

	if (v != NULL) {
		hyk_buf_init(&b, 0);
		hyk_json_write(&b, *v);
		printf("%s %.*s", pick("default", "기본값"), HYK_STR_ARG(hyk_buf_peek(&b)));
		hyk_buf_fini(&b);
	} else if (hyk_str_eq_c(presence, "proof")) {
		printf("%s %.*s", pick("proof", "증명"), HYK_STR_ARG(str_of(fact, "proof")));
	} else if (hyk_str_eq_c(presence, "optional")) {
		fputs(pick("optional", "선택"), stdout);
	} else if (hyk_str_eq_c(presence, "required")) {
		fputs(pick("must be given", "꼭 필요"), stdout);
	} else {
		fputs(pick("unknown until then", "그때까지 모름"), stdout);
	}
	if (by.n > 0)
		printf(", %s %.*s", pick("by", "확인"), HYK_STR_ARG(by));
	if (source.n > 0)
		printf(", %s %.*s", pick("from the", "출처"), HYK_STR_ARG(source));
}

static void
print_facts(struct hyk_value v, const char *indent)
{
	for (uint32_t i = 0; i < count_of(v, "facts"); i++) {
		struct hyk_value f = item_of(v, "facts", i);
		struct hyk_str unit = str_of(f, "unit");
		char type[80];

		snprintf(type, sizeof(type), "%.*s%s%.*s", HYK_STR_ARG(str_of(f, "type")),
		    unit.n > 0 ? " " : "", HYK_STR_ARG(unit));
		printf("%s%-34.*s %-14s ", indent, HYK_STR_ARG(str_of(f, "path")), type);
		print_presence(f);
		putchar('\n');
	}
}

static void
print_type(struct hyk_value t)
{
	struct hyk_str extends = str_of(t, "extends");

	printf("  %s %.*s", pick("asset type", "자산 종류"), HYK_STR_ARG(str_of(t, "name")));
	if (extends.n > 0)
		printf(" < %.*s", HYK_STR_ARG(extends));
	print_title(t);
	putchar('\n');
	print_facts(t, "    ");
	for (uint32_t i = 0; i < count_of(t, "actions"); i++) {
		struct hyk_value a = item_of(t, "actions", i);

		extends = str_of(a, "extends");
		printf("    %s %.*s", pick("action", "행위"), HYK_STR_ARG(str_of(a, "name")));
		if (extends.n > 0)
			printf(" < %.*s", HYK_STR_ARG(extends));
		print_title(a);
		putchar('\n');
		print_facts(a, "      ");
	}
}

static void
print_duty(struct hyk_value d)
{
	printf("  %s %.*s", pick("duty", "의무"), HYK_STR_ARG(str_of(d, "name")));
	print_title(d);
	for (uint32_t i = 0; i < count_of(d, "terms"); i++) {
		struct hyk_value t = item_of(d, "terms", i);

		printf("%s%.*s: %.*s", i > 0 ? ", " : ": ", HYK_STR_ARG(str_of(t, "name")),
		    HYK_STR_ARG(str_of(t, "type")));
	}
	putchar('\n');
}

static void
print_plugin(struct hyk_value p, bool whole)
{
	printf("%.*s %.*s", HYK_STR_ARG(str_of(p, "name")), HYK_STR_ARG(str_of(p, "version")));
	print_title(p);
	printf("\n  %s %.*s\n  sha256 %.*s\n", pick("file", "파일"), HYK_STR_ARG(str_of(p, "file")),
	    HYK_STR_ARG(str_of(p, "digest")));
	if (whole) {
		for (uint32_t i = 0; i < count_of(p, "asset_types"); i++)
			print_type(item_of(p, "asset_types", i));
		for (uint32_t i = 0; i < count_of(p, "subject_types"); i++) {
			struct hyk_value t = item_of(p, "subject_types", i);

			printf("  %s %.*s\n", pick("subject type", "주체 종류"),
			    HYK_STR_ARG(str_of(t, "name")));
			print_facts(t, "    ");
		}
		for (uint32_t i = 0; i < count_of(p, "duties"); i++)
			print_duty(item_of(p, "duties", i));
	} else {
		print_names(pick("asset types", "자산 종류"), p, "asset_types", "name");
		for (uint32_t i = 0; i < count_of(p, "asset_types"); i++)
			print_names(pick("actions", "행위"), item_of(p, "asset_types", i),
			    "actions", "name");
		print_names(pick("subject types", "주체 종류"), p, "subject_types", "name");
		print_names(pick("duties", "의무"), p, "duties", "name");
	}
	print_names(pick("hooks", "훅"), p, "hooks", NULL);
	print_names(pick("reads", "읽는 것"), p, "reads", NULL);
}

static void
print_order(struct hyk_value view)
{
	uint32_t n = count_of(view, "hook_order");

	if (n > 0)
		printf("\n%s\n", pick("order of hooks", "훅의 순서"));
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_value t = item_of(view, "hook_order", i);

		printf("  %.*s:", HYK_STR_ARG(str_of(t, "asset_type")));
		for (uint32_t k = 0; k < count_of(t, "hooks"); k++) {
			struct hyk_value h = item_of(t, "hooks", k);

			printf("%s %.*s (%.*s)", k > 0 ? "," : "", HYK_STR_ARG(str_of(h, "hook")),
			    HYK_STR_ARG(str_of(h, "plugin")));
		}
		putchar('\n');
	}
}

static int
show(const char *command, const struct hyk_plugin_view_options *o, bool json, bool whole)
{
	struct hyk_value view = hyk_null();
	struct hyk_arena arena;
	struct hyk_diags diags;
	struct hyk_buf b;
	enum hyk_status st;
	int code;

	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = hyk_plugin_view(o, &arena, &view, &diags);
	code = hyk_cli_exit(st, &diags);
	if (st == HYK_OK && json) {
		hyk_buf_init(&b, 0);
		hyk_json_write(&b, view);
		if (b.failed)
			code = hyk_cli_exit(HYK_E_NOMEM, &diags);
		else
			printf("%.*s\n", HYK_STR_ARG(hyk_buf_peek(&b)));
		hyk_buf_fini(&b);
	} else if (st == HYK_OK) {
		for (uint32_t i = 0; i < count_of(view, "plugins"); i++) {
			if (i > 0)
				putchar('\n');
			print_plugin(item_of(view, "plugins", i), whole);
		}
		print_order(view);
	}
	hyk_arena_fini(&arena);
	return finish(command, code);
}

static int
plugin_list(const struct hyk_args *args)
{
	struct hyk_plugin_view_options o = { .plugins_dir = "plugins" };
	const char *operands[1];
	bool json = false;
	const struct hyk_option options[] = {
		{ "plugins", &o.plugins_dir, NULL, "DIR",
		    "folder of the plugins (default: plugins)" },
		{ "jail", &o.jail_program, NULL, "FILE",
		    "the jail program (default: beside hyangyak)" },
		{ "json", NULL, &json, NULL, "as JSON" },
	};
	size_t n;
	int code;

	if (!hyk_options_parse(
		args, options, HYK_ARRAY_LEN(options), "[--plugins DIR]", operands, 0, &n, &code))
		return code;
	return show(args->command, &o, json, false);
}

/* A plugin in a folder "plugins" has its neighbours there. NULL: it lies elsewhere. `up`: how many names lie below. */
static const char *
neighbours_of(const char *path, int up, char *out, size_t room)
{
	struct hyk_str s = hyk_str_from_c(path), last = HYK_STR("plugins");

	while (up > 0 && s.n > 0) {
		while (s.n > 0 && s.p[s.n - 1] == '/')
			s.n--;
		while (s.n > 0 && s.p[s.n - 1] != '/')
			s.n--;
		up--;
	}
	while (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	if (s.n >= room || !hyk_str_ends_with(s, last) || (s.n > last.n && s.p[s.n - last.n - 1] != '/'))
		return NULL;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return out;
}

static int
plugin_check(const struct hyk_args *args)
{
	struct hyk_plugin_view_options o = { 0 };
	const char *operands[1];
	char around[1024];
	bool json = false;
	const struct hyk_option options[] = {
		{ "plugins", &o.plugins_dir, NULL, "DIR",
		    "its neighbours, when it extends their types (default: the folder \"plugins\" it lies in)" },
		{ "jail", &o.jail_program, NULL, "FILE",
		    "the jail program (default: beside hyangyak)" },
		{ "json", NULL, &json, NULL, "as JSON" },
	};
	size_t n;
	int code;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options), "DIR [--plugins DIR]",
		operands, 1, &n, &code))
		return code;
	if (n == 0) {
		hyk_cli_complain(args->command,
		    "which folder? hyangyak plugin check plugins/space.garden",
		    "폴더를 주세요: hyangyak plugin check plugins/space.garden");
		return EXIT_USAGE;
	}
	o.own_dir = operands[0];
	if (o.plugins_dir == NULL)
		o.plugins_dir = neighbours_of(o.own_dir, 1, around, sizeof(around));
	return show(args->command, &o, json, true);
}

/* ---- try ---- */

static void
print_result(const struct hyk_plugin_try_result *r, bool with_log)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	hyk_buf_append_c(&b, "{\"outcome\":");
	hyk_json_write_str(&b, r->outcome);
	hyk_buf_append_c(&b, ",\"value\":");
	hyk_json_write(&b, r->value);
	hyk_buf_printf(&b, ",\"units\":%u,\"heap_peak\":%u,\"micros\":%u,\"jail\":\"%s\"", r->units,
	    r->heap_peak_bytes, r->micros, r->replaced ? "replaced" : "alive");
	if (r->message.n > 0) {
		hyk_buf_append_c(&b, ",\"message\":");
		hyk_json_write_str(&b, r->message);
	}
	if (with_log) {
		hyk_buf_append_c(&b, ",\"log\":");
		hyk_json_write_str(&b, r->log);
	}
	hyk_buf_append_c(&b, "}\n");
	if (b.failed)
		printf(
		    "{\"outcome\":\"memory\",\"value\":null,\"units\":%u,\"heap_peak\":%u,\"micros\":%u,\"jail\":\"%s\"}\n",
		    r->units, r->heap_peak_bytes, r->micros, r->replaced ? "replaced" : "alive");
	else
		fwrite(b.p, 1, b.n, stdout);
	hyk_buf_fini(&b);
}

struct attempt {
	const char *path, *hook, *request, *params, *plugins, *jail;
	int64_t repeat;
	bool log;
};

static enum hyk_status
read_script(const struct attempt *t, struct hyk_arena *arena, const struct hyk_source **ret_src,
    struct hyk_diags *diags)
{
	struct hyk_diags too_long;
	struct hyk_str text;
	enum hyk_status st;

	*ret_src = NULL;
	hyk_diags_init(&too_long, arena);
	st = hyk_file_read(arena, hyk_str_from_c(t->path), HYK_SOURCE_MAX_BYTES, &text, &too_long);
	if (st == HYK_E_LIMIT)
		return HYK_OK; /* an outcome like any other: it does not load */
	if (st != HYK_OK) {
		*diags = too_long;
		return st;
	}
	*ret_src = hyk_source_new(arena, hyk_str_from_c(t->path), text);
	return *ret_src != NULL ? HYK_OK : HYK_E_NOMEM;
}

/* An object, or nothing. */
static enum hyk_status
read_request(const struct attempt *t, struct hyk_arena *arena, struct hyk_value *ret_v,
    struct hyk_diags *diags)
{
	const struct hyk_source *src;
	struct hyk_str text = HYK_STR("{}");
	enum hyk_status st = HYK_OK;

	if (t->request != NULL)
		st = hyk_file_read(
		    arena, hyk_str_from_c(t->request), MAX_REQUEST_BYTES, &text, diags);
	if (st != HYK_OK)
		return st;
	src = hyk_source_new(
	    arena, hyk_str_from_c(t->request != NULL ? t->request : "<request>"), text);
	if (src == NULL)
		return HYK_E_NOMEM;
	st = hyk_json_parse(arena, src, NULL, ret_v, diags);
	if (st == HYK_OK && ret_v->kind != HYK_MAP && ret_v->kind != HYK_NULL) {
		HYK_DIAG(diags, HYK_D_REQUEST_NOT_OBJECT, src, HYK_NO_SPAN, src->name);
		st = HYK_E_INVALID;
	}
	return st;
}

/* Params: a file, or what itself begins as an object does. NULL in *ret_v: none. */
static enum hyk_status
read_params(const struct attempt *t, struct hyk_arena *arena, const struct hyk_value **ret_v,
    struct hyk_diags *diags)
{
	const struct hyk_source *src;
	struct hyk_value *v = hyk_arena_alloc(arena, sizeof(*v));
	struct hyk_str text = hyk_str_from_c(t->params != NULL ? t->params : "");
	const char *name = "<params>";
	enum hyk_status st = HYK_OK;

	if (t->params == NULL)
		return HYK_OK;
	if (!hyk_str_starts_with(hyk_str_trim(text), HYK_STR("{"))) {
		name = t->params;
		st = hyk_file_read(arena, text, MAX_REQUEST_BYTES, &text, diags);
	}
	if (st != HYK_OK)
		return st;
	src = hyk_source_new(arena, hyk_str_from_c(name), text);
	if (src == NULL || v == NULL)
		return HYK_E_NOMEM;
	st = hyk_json_parse(arena, src, NULL, v, diags);
	if (st == HYK_OK && v->kind != HYK_MAP) {
		HYK_DIAG(diags, HYK_D_REQUEST_NOT_OBJECT, src, HYK_NO_SPAN, src->name);
		st = HYK_E_INVALID;
	}
	*ret_v = v;
	return st;
}

static int
attempt(const char *command, const struct attempt *t)
{
	struct hyk_plugin_try_options o = {
		.hook = hyk_str_from_c(t->hook), .plugins_dir = t->plugins, .jail_program = t->jail
	};
	struct hyk_plugin_try *open = NULL;
	struct hyk_plugin_try_result r;
	struct hyk_value request;
	struct hyk_arena_mark mark;
	struct hyk_arena arena;
	struct hyk_diags diags;
	enum hyk_status st;
	int code;

	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	st = read_script(t, &arena, &o.file, &diags);
	if (st == HYK_OK)
		st = read_request(t, &arena, &request, &diags);
	if (st == HYK_OK)
		st = read_params(t, &arena, &o.params, &diags);
	if (st == HYK_OK)
		st = hyk_plugin_try_open(&o, &arena, &open, &diags);
	code = hyk_cli_exit(st, &diags);
	mark = hyk_arena_mark(&arena);
	for (int64_t i = 0; st == HYK_OK && i < t->repeat; i++) {
		hyk_plugin_try_call(open, request, &arena, &r);
		print_result(&r, t->log);
		hyk_arena_rewind(&arena, mark);
	}
	hyk_plugin_try_close(open);
	hyk_arena_fini(&arena);
	return finish(command, code);
}

static int
plugin_try(const struct hyk_args *args)
{
	struct attempt t = { .repeat = 1 };
	const char *operands[1], *repeat = NULL;
	char around[1024];
	const struct hyk_option options[] = {
		{ "hook", &t.hook, NULL, "NAME",
		    "enrich, permit, ...; BODY: the file is the inside of function hook(req) ... end" },
		{ "request", &t.request, NULL, "FILE",
		    "what the hook gets, in JSON; '-' reads standard input (default: {})" },
		{ "params", &t.params, NULL, "FILE|JSON",
		    "parameters instead of the plugin's defaults" },
		{ "repeat", &repeat, NULL, "N", "so many calls, one line each (default: 1)" },
		{ "plugins", &t.plugins, NULL, "DIR",
		    "neighbours, when the plugin extends their types (default: the folder \"plugins\" it lies in)" },
		{ "log", NULL, &t.log, NULL, "add what log() wrote" },
		{ "jail", &t.jail, NULL, "FILE", "the jail program (default: beside hyangyak)" },
	};
	size_t n;
	int code;

	if (!hyk_options_parse(args, options, HYK_ARRAY_LEN(options),
		"FILE.lua --hook NAME [--request R.json]   (exit code 0 whatever comes out, 4: there is no jail)",
		operands, 1, &n, &code))
		return code;
	if (n == 0 || t.hook == NULL) {
		hyk_cli_complain(args->command,
		    "give a file and a hook: hyangyak plugin try plugins/space.garden/plugin.lua "
		    "--hook enrich --request R.json",
		    "파일과 훅을 주세요: hyangyak plugin try plugins/space.garden/plugin.lua "
		    "--hook enrich --request R.json");
		return EXIT_USAGE;
	}
	if (!hyk_plugin_try_knows(hyk_str_from_c(t.hook))) {
		hyk_cli_complain(args->command,
		    "there is no such hook; hooks are enrich, permit, liability, verify, on_event, "
		    "and BODY for a body",
		    "그런 훅은 없습니다. 훅은 enrich, permit, liability, verify, on_event이고, 본문만 있으면 BODY입니다");
		return EXIT_USAGE;
	}
	if (repeat != NULL &&
	    (!hyk_str_to_i64(hyk_str_from_c(repeat), &t.repeat) || t.repeat < 1 ||
		t.repeat > MAX_REPEAT)) {
		hyk_cli_complain(args->command, "--repeat takes a number from 1 to 1000000",
		    "--repeat에는 1부터 1000000까지의 수를 주세요");
		return EXIT_USAGE;
	}
	t.path = operands[0];
	if (t.plugins == NULL && hyk_str_ends_with(hyk_str_from_c(t.path), HYK_STR("/plugin.lua")))
		t.plugins = neighbours_of(t.path, 2, around, sizeof(around));
	return attempt(args->command, &t);
}

int
hyk_command_plugin(const struct hyk_args *args)
{
	static const struct {
		const char *name, *command;
		int (*run)(const struct hyk_args *args);
	} parts[] = {
		{ "list", "plugin list", plugin_list },
		{ "check", "plugin check", plugin_check },
		{ "try", "plugin try", plugin_try },
	};
	bool help = args->n > 0 &&
	    (strcmp(args->v[0], "--help") == 0 || strcmp(args->v[0], "-h") == 0);

	for (size_t i = 0; args->n > 0 && i < HYK_ARRAY_LEN(parts); i++) {
		if (strcmp(args->v[0], parts[i].name) == 0) {
			struct hyk_args rest = { args->n - 1, args->v + 1, parts[i].command };

			return parts[i].run(&rest);
		}
	}
	fprintf(help ? stdout : stderr,
	    "%s\n"
	    "  hyangyak plugin list [--plugins DIR]            %s\n"
	    "  hyangyak plugin check DIR [--plugins DIR]       %s\n"
	    "  hyangyak plugin try FILE.lua --hook NAME        %s\n",
	    pick("usage:", "사용법:"),
	    pick("what there is, and in which order hooks run",
		"무엇이 있고 훅이 어떤 순서로 도는지"),
	    pick("all that is wrong with one plugin, and what it defines",
		"플러그인 하나의 잘못 모두와 정의한 것"),
	    pick("one hook, called in the jail", "훅 하나를 격리된 프로세스에서 부름"));
	return help ? EXIT_YES : EXIT_USAGE;
}
