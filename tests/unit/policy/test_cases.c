/* SPDX-License-Identifier: Apache-2.0 */
/* Runs tests/cases/policy/<name>.case: texts in, the messages they must give out. tests/cases/README.md has the form. */
#include <dirent.h>

#include "support/check.h"
#include "unit/policy/fixture.h"

#define CASES "tests/cases/policy"

/* One section: its heading's words and its text. */
struct section {
	struct hyk_str kind, name;
	struct hyk_str text;
	unsigned line;
};

struct run {
	struct fixture f;
	const char *file;
	char *text;
	struct section sections[64];
	size_t n;
	struct hyk_text_file scenarios[8];
	size_t n_scenarios;
	bool bare; /* no commons of its own accord */
};

static struct hyk_str
take_line(struct hyk_str *rest)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct hyk_str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

	*rest = hyk_str_make(rest->p + line.n + (end ? 1 : 0), rest->n - line.n - (end ? 1 : 0));
	return line;
}

static struct hyk_str
take_word(struct hyk_str *rest)
{
	struct hyk_str s = hyk_str_trim(*rest), word = { s.p, 0 };

	while (word.n < s.n && s.p[word.n] != ' ')
		word.n++;
	*rest = hyk_str_make(s.p + word.n, s.n - word.n);
	return word;
}

static void
split(struct run *r)
{
	struct hyk_str rest = hyk_str_from_c(r->text);
	struct section *s = NULL;
	unsigned line = 0;

	while (rest.n) {
		const char *start = rest.p;
		struct hyk_str text = take_line(&rest);

		line++;
		if (hyk_str_starts_with(text, HYK_STR("--- ")) && r->n < HYK_ARRAY_LEN(r->sections)) {
			struct hyk_str head = hyk_str_make(text.p + 4, text.n - 4);

			s = &r->sections[r->n++];
			s->kind = take_word(&head);
			s->name = take_word(&head);
			s->text = hyk_str_make(rest.p, 0);
			s->line = line;
		} else if (s) {
			s->text.n = (size_t)(start - s->text.p) + text.n + (rest.p > start + text.n ? 1 : 0);
		}
	}
}

/* \t \\ and \xHH in a section "escaped". */
static struct hyk_str
unescape(struct run *r, struct hyk_str text)
{
	char *p = hyk_arena_alloc(&r->f.arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; p && i < text.n; i++) {
		if (text.p[i] != '\\' || i + 1 >= text.n) {
			p[n++] = text.p[i];
		} else if (text.p[i + 1] == 't') {
			p[n++] = '\t';
			i++;
		} else if (text.p[i + 1] == 'x' && i + 3 < text.n) {
			char hex[3] = { text.p[i + 2], text.p[i + 3], '\0' };

			p[n++] = (char)strtoul(hex, NULL, 16);
			i += 3;
		} else {
			p[n++] = text.p[++i];
		}
	}
	return hyk_str_make(p, n);
}

static void
prepare(struct run *r)
{
	bool has_commons = false;

	fixture_init(&r->f);
	fixture_add_plugins(&r->f);
	for (size_t i = 0; i < r->n; i++) {
		const struct section *s = &r->sections[i];

		if (hyk_str_eq_c(s->kind, "bare"))
			r->bare = true;
		has_commons |= hyk_str_ends_with(s->name, HYK_STR("commons.yaml"));
	}
	if (!has_commons && !r->bare)
		fixture_add_commons(&r->f);
	for (size_t i = 0; i < r->n; i++) {
		struct section *s = &r->sections[i];

		if (hyk_str_eq_c(s->kind, "file")) {
			fixture_add_text(&r->f, s->name, s->text);
		} else if (hyk_str_eq_c(s->kind, "escaped")) {
			fixture_add_text(&r->f, s->name, unescape(r, s->text));
		} else if (hyk_str_eq_c(s->kind, "scenario")) {
			r->scenarios[r->n_scenarios++] = (struct hyk_text_file){ HYK_STR("commons"), s->name,
				hyk_source_new(&r->f.arena, s->name, s->text) };
		} else if (hyk_str_eq_c(s->kind, "plugin") && i + 1 < r->n) {
			struct hyk_str name = hyk_arena_dup(&r->f.arena, s->name);
			struct hyk_str lua = hyk_arena_dup(&r->f.arena, s->text);
			struct hyk_str manifest = hyk_arena_dup(&r->f.arena, r->sections[i + 1].text);

			fixture_add_plugin(&r->f, name.p, lua.p, manifest.p);
		}
	}
}

static void
append_found(struct hyk_buf *b, const struct hyk_diag *d)
{
	struct hyk_position pos = { 0 };

	if (d->src) {
		struct hyk_span span = d->span;
		const struct hyk_source *file = hyk_source_resolve(d->src, &span);

		pos = hyk_source_locate(file, span);
		hyk_buf_append(b, file->name);
		hyk_buf_printf(b, ":%u:%u", (unsigned)pos.line, (unsigned)pos.column);
	} else {
		hyk_buf_append_c(b, "-");
	}
	hyk_buf_printf(b, " %s HYK-%04u", hyk_severity_name(d->severity, HYK_LANG_EN), (unsigned)d->id);
}

/* Each line of `expect` has its message, and each message its line; what follows the number must be in the text or hint. */
static void
compare(struct run *r, const struct section *s)
{
	struct hyk_str rest = s->text;
	const struct hyk_diag *d = r->f.diags.first;
	unsigned line = s->line;
	char why[500];

	for (;;) {
		struct hyk_str want = take_line(&rest), said;
		struct hyk_buf found;

		line++;
		if (!hyk_str_trim(want).n || want.p[0] == '#') {
			if (rest.n)
				continue;
			if (!hyk_str_trim(want).n && !d)
				return;
			want = HYK_STR("nothing more");
		}
		hyk_buf_init(&found, 0);
		if (d)
			append_found(&found, d);
		said = hyk_buf_peek(&found);
		if (!d || !hyk_str_starts_with(want, said)) {
			snprintf(why, sizeof(why), "%s:%u: want '%.*s', found '%.*s'", r->file, line, HYK_STR_ARG(want),
			    HYK_STR_ARG(said));
			check_report(false, r->file, (int)line, why);
			fixture_print(&r->f);
			hyk_buf_fini(&found);
			return;
		}
		want = hyk_str_trim(hyk_str_make(want.p + said.n, want.n - said.n));
		if (hyk_str_find(d->text[HYK_LANG_EN], want) == SIZE_MAX &&
		    hyk_str_find(d->hint[HYK_LANG_EN], want) == SIZE_MAX) {
			snprintf(why, sizeof(why), "want '%.*s' in '%.*s' (%.*s)", HYK_STR_ARG(want),
			    HYK_STR_ARG(d->text[HYK_LANG_EN]), HYK_STR_ARG(d->hint[HYK_LANG_EN]));
			check_report(false, r->file, (int)line, why);
		}
		check_report(d->text[HYK_LANG_KO].n > 0, r->file, (int)line, "the message has Korean");
		hyk_buf_fini(&found);
		d = d->next;
		if (!rest.n && !d)
			return;
	}
}

static void
run_case(const char *name)
{
	static char path[512];
	struct run r = { .file = path };
	const struct section *expect = NULL;

	snprintf(path, sizeof(path), CASES "/%s", name);
	r.text = fixture_read(path);
	if (!check_report(r.text != NULL, path, 0, "can be read"))
		return;
	split(&r);
	prepare(&r);
	for (size_t i = 0; i < r.n; i++) {
		if (hyk_str_eq_c(r.sections[i].kind, "expect"))
			expect = &r.sections[i];
	}
	(void)fixture_load(&r.f);
	for (size_t i = 0; i < r.n_scenarios && r.f.ruleset; i++) {
		struct hyk_scenario_file *file;

		size_t errors = r.f.diags.n_errors;
		enum hyk_status st = hyk_scenario_load(r.f.ruleset, r.scenarios[i].src, &r.f.arena, &file, &r.f.diags);

		check_report((st == HYK_OK) == (r.f.diags.n_errors == errors), path, 0, "fails if and only if it says why");
	}
	if (check_report(expect != NULL, path, 0, "has a section '--- expect'"))
		compare(&r, expect);
	/* No ruleset comes out of an error. */
	check_report((r.f.ruleset != NULL) == (r.f.diags.n_errors == 0) || r.n_scenarios, path, 0,
	    "a ruleset if and only if there is no error");
	fixture_fini(&r.f);
	free(r.text);
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int
main(void)
{
	char *names[256];
	size_t n = 0;
	DIR *d = opendir(CASES);
	const struct dirent *e;

	if (!CHECK(d != NULL))
		return check_done();
	while ((e = readdir(d)) != NULL) {
		if (hyk_str_ends_with(hyk_str_from_c(e->d_name), HYK_STR(".case")) && n < HYK_ARRAY_LEN(names))
			names[n++] = strdup(e->d_name);
	}
	closedir(d);
	qsort(names, n, sizeof(*names), by_name);
	CHECK(n > 0);
	for (size_t i = 0; i < n; i++) {
		if (check_is_selected(names[i])) {
			check_end_test(false);
			check_test = names[i];
			check_n_tests++;
			run_case(names[i]);
			check_end_test(false);
		}
		free(names[i]);
	}
	return check_done();
}
