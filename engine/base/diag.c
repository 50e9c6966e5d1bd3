/* SPDX-License-Identifier: Apache-2.0 */
/* base/diag.c - the table of messages, filling them in, keeping them; render.c shows them. */
#include "base/diag.h"

#include "base/josa.h"
#include "base/utf8.h"

/* An argument longer than this is shortened: a message is a sentence, not a dump. */
#define ARG_MAX_BYTES ((size_t)512)

static const struct hyk_diag_info rows[] = {
#define HYK_DIAG_ROW(number, name, severity, en, ko, hint_en, hint_ko)                                                 \
	{ HYK_D_##name, #name, severity, { en, ko }, { hint_en, hint_ko } },
#include "base/diag.def"
#undef HYK_DIAG_ROW
	{ HYK_D_NONE, "NONE", HYK_NOTE, { "", "" }, { "", "" } },
};

static const struct hyk_diag_info *
row_of(unsigned number)
{
	for (size_t i = 0; i + 1 < HYK_ARRAY_LEN(rows); i++) {
		if ((unsigned)rows[i].id == number)
			return &rows[i];
	}
	return NULL;
}

bool
hyk_diag_info(unsigned number, struct hyk_diag_info *ret_info)
{
	const struct hyk_diag_info *row = row_of(number);

	if (!row)
		return false;
	*ret_info = *row;
	return true;
}

const char *
hyk_severity_name(enum hyk_severity s, enum hyk_lang lang)
{
	bool ko = lang == HYK_LANG_KO;

	switch (s) {
	case HYK_NOTE:
		return ko ? "알림" : "note";
	case HYK_WARNING:
		return ko ? "경고" : "warning";
	case HYK_ERROR:
		return ko ? "오류" : "error";
	}
	return "";
}

void
hyk_diags_init(struct hyk_diags *d, struct hyk_arena *arena)
{
	*d = (struct hyk_diags){ .arena = arena, .max = 200 };
}

/* User text inside a sentence: valid UTF-8 on one line, not endless. */
static void
append_arg(struct hyk_buf *out, struct hyk_str arg)
{
	size_t at = 0;

	while (at < arg.n) {
		size_t before = at;
		uint32_t cp = hyk_utf8_next(arg, &at);

		if (before >= ARG_MAX_BYTES) {
			hyk_buf_append_c(out, "...");
			return;
		}
		if (cp == HYK_UTF8_INVALID)
			hyk_buf_append_c(out, "\xef\xbf\xbd");
		else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			hyk_buf_append_char(out, ' ');
		else
			hyk_buf_append(out, hyk_str_make(arg.p + before, at - before));
	}
}

/* The filled-in template, or the empty string without memory. */
static struct hyk_str
fill(struct hyk_arena *a, const char *template, size_t n_args, const struct hyk_str *args, enum hyk_lang lang)
{
	struct hyk_str out = { "", 0 };
	struct hyk_buf b, settled;

	if (!template[0])
		return out;
	hyk_buf_init(&b, 0);
	hyk_buf_init(&settled, 0);
	for (const char *p = template; *p; p++) {
		if (p[0] == '{' && p[1] >= '0' && p[1] <= '9' && p[2] == '}') {
			size_t i = (size_t)(p[1] - '0');

			if (i < n_args)
				append_arg(&b, args[i]);
			p += 2;
		} else {
			hyk_buf_append_char(&b, *p);
		}
	}
	if (lang == HYK_LANG_KO)
		hyk_josa_settle(&settled, hyk_buf_peek(&b));
	else
		hyk_buf_append(&settled, hyk_buf_peek(&b));
	if (!b.failed && !settled.failed) {
		struct hyk_str copy = hyk_arena_dup(a, hyk_buf_peek(&settled));

		if (copy.p)
			out = copy;
	}
	hyk_buf_fini(&b);
	hyk_buf_fini(&settled);
	return out;
}

struct hyk_diag *
hyk_diags_add(struct hyk_diags *d, enum hyk_diag_id id, const struct hyk_source *src, struct hyk_span span,
    size_t n_args, const struct hyk_str *args)
{
	const struct hyk_diag_info *row = row_of((unsigned)id);
	enum hyk_severity severity = row ? row->severity : HYK_ERROR;
	struct hyk_diag *diag;

	if (!d)
		return NULL;
	d->n_errors += severity == HYK_ERROR;
	d->n_warnings += severity == HYK_WARNING;
	if (!row || d->n_kept >= d->max)
		return NULL;
	diag = hyk_arena_alloc(d->arena, sizeof(*diag));
	if (!diag)
		return NULL;
	/* Into the file at once: a part of a file may be gone when the message is shown, the file is not. */
	if (src != NULL)
		src = hyk_source_resolve(src, &span);
	*diag = (struct hyk_diag){ .id = id, .severity = severity, .src = src, .span = span, .anchor = span.at,
		.outer = d->outer };
	for (int lang = HYK_LANG_EN; lang <= HYK_LANG_KO; lang++) {
		diag->text[lang] = fill(d->arena, row->text[lang], n_args, args, (enum hyk_lang)lang);
		if (!diag->text[lang].n) /* no memory for the arguments: the bare sentence says something */
			diag->text[lang] = hyk_str_from_c(row->text[lang]);
		diag->hint[lang] = fill(d->arena, row->hint[lang], n_args, args, (enum hyk_lang)lang);
	}
	if (d->last)
		d->last->next = diag;
	else
		d->first = diag;
	d->last = diag;
	d->n_kept++;
	return diag;
}

void
hyk_diag_hint(struct hyk_diags *d, struct hyk_diag *diag, struct hyk_str en, struct hyk_str ko)
{
	struct hyk_str copies[2];

	if (!d || !diag)
		return;
	copies[HYK_LANG_EN] = hyk_arena_dup(d->arena, en);
	copies[HYK_LANG_KO] = hyk_arena_dup(d->arena, ko);
	if (!copies[HYK_LANG_EN].p || !copies[HYK_LANG_KO].p)
		return;
	diag->hint[HYK_LANG_EN] = copies[HYK_LANG_EN];
	diag->hint[HYK_LANG_KO] = copies[HYK_LANG_KO];
}

void
hyk_diag_suggest(struct hyk_diags *d, struct hyk_diag *diag, struct hyk_str candidate)
{
	struct hyk_str en, ko;

	if (!d || !diag || !candidate.n)
		return;
	en = fill(d->arena, "did you mean '{0}'?", 1, &candidate, HYK_LANG_EN);
	ko = fill(d->arena, "혹시 '{0}'입니까?", 1, &candidate, HYK_LANG_KO);
	if (!en.n || !ko.n)
		return;
	diag->hint[HYK_LANG_EN] = en;
	diag->hint[HYK_LANG_KO] = ko;
}

void
hyk_diag_anchor(struct hyk_diag *diag, const struct hyk_source *src, uint32_t at)
{
	struct hyk_span token = { at, 0 };

	if (!diag || !src)
		return;
	hyk_source_resolve(src, &token);
	diag->anchor = token.at;
}

void
hyk_diags_push(struct hyk_diags *d, struct hyk_str en, struct hyk_str ko)
{
	struct hyk_diag_outer *outer;

	if (!d)
		return;
	outer = hyk_arena_alloc(d->arena, sizeof(*outer));
	if (!outer) {
		d->n_lost++; /* its pop must not take off someone else's line */
		return;
	}
	*outer = (struct hyk_diag_outer){ hyk_arena_dup(d->arena, en), hyk_arena_dup(d->arena, ko), d->outer };
	d->outer = outer;
}

void
hyk_diags_pop(struct hyk_diags *d)
{
	if (!d)
		return;
	if (d->n_lost)
		d->n_lost--;
	else if (d->outer)
		d->outer = d->outer->next;
}
