/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/diag.h - sentences for the person, with a place and a stable number.
 *
 * Every message is a row of a diag_*.def file: number, name, severity, English
 * and Korean text with {0} {1} ... for arguments, and what to do about it.
 * Korean texts write 이(가), 을(를), (으)로 after an argument; the fitting one
 * is kept (base/josa.h).
 * Numbers: 1xx files, 2xx JSON and values, 3xx YAML and policies, 4xx CEL,
 * 5xx plugins, 6xx scenarios, 7xx engine and store, 8xx HTTP.
 *
 * Lifetime:  the arena of the list; arguments are copied.
 * Limits:    `max` messages are kept (default 200), the rest only counted.
 * Threads:   one thread at a time.
 * Errors:    without memory the message is lost but still counted.
 */
#ifndef HYK_BASE_DIAG_H
#define HYK_BASE_DIAG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/source.h"
#include "base/str.h"

enum hyk_severity { HYK_NOTE, HYK_WARNING, HYK_ERROR };
enum hyk_lang { HYK_LANG_EN, HYK_LANG_KO };

/* Generated from the .def files: HYK_D_<NAME> = number. */
enum hyk_diag_id {
	HYK_D_NONE = 0,
#define HYK_DIAG_ROW(number, name, severity, en, ko, hint_en, hint_ko) HYK_D_##name = (number),
#include "base/diag.def"
#undef HYK_DIAG_ROW
};

/* "in rule 'x'": the chain outwards. */
struct hyk_diag_outer {
	struct hyk_str en, ko;
	const struct hyk_diag_outer *next;
};

struct hyk_diag {
	enum hyk_diag_id id;
	enum hyk_severity severity;
	const struct hyk_source *src; /* NULL: not about a text */
	struct hyk_span span;
	uint32_t anchor; /* byte offset of the one token it is about, in src; span.at unless hyk_diag_anchor() said else */
	struct hyk_str text[2]; /* by enum hyk_lang; one sentence, no newline, no full stop */
	struct hyk_str hint[2]; /* may be empty */
	const struct hyk_diag_outer *outer;
	struct hyk_diag *next;
};

struct hyk_diags {
	struct hyk_arena *arena;
	struct hyk_diag *first, *last;
	size_t n_kept, max, n_errors, n_warnings;
	const struct hyk_diag_outer *outer; /* what hyk_diags_push built */
	size_t n_lost; /* pushes that found no memory */
};

void hyk_diags_init(struct hyk_diags *d, struct hyk_arena *arena);

/*
 * Adds a message; `args` fill {0} {1} ... d may be NULL (nothing happens, NULL
 * comes back). NULL also when over `max` or without memory: hint calls accept NULL.
 */
struct hyk_diag *hyk_diags_add(struct hyk_diags *d, enum hyk_diag_id id, const struct hyk_source *src,
    struct hyk_span span, size_t n_args, const struct hyk_str *args);

/* HYK_DIAG(diags, HYK_D_X, src, span, HYK_STR("a"), name): arguments are struct hyk_str. */
#define HYK_DIAG(d, id, src, span, ...)                                                            \
	hyk_diags_add((d), (id), (src), (span),                                                    \
	    sizeof((struct hyk_str[]){ __VA_ARGS__ }) / sizeof(struct hyk_str),                    \
	    (struct hyk_str[]){ __VA_ARGS__ })
/* The same without arguments. */
#define HYK_DIAG0(d, id, src, span) hyk_diags_add((d), (id), (src), (span), 0, NULL)
#define HYK_NO_SPAN ((struct hyk_span){ 0, 0 })

/* Replaces the hint; "did you mean 'x'?" in both languages. Empty candidate: no change. */
void hyk_diag_suggest(struct hyk_diags *d, struct hyk_diag *diag, struct hyk_str candidate);
/* Replaces the hint; texts are copied. */
void hyk_diag_hint(struct hyk_diags *d, struct hyk_diag *diag, struct hyk_str en, struct hyk_str ko);

/* The token a message is about stands at byte `at` of src, which its message was added with. diag may be NULL. */
void hyk_diag_anchor(struct hyk_diag *diag, const struct hyk_source *src, uint32_t at);

/* Messages added until the pop carry this outer line. Texts are copied. */
void hyk_diags_push(struct hyk_diags *d, struct hyk_str en, struct hyk_str ko);
void hyk_diags_pop(struct hyk_diags *d);

/*
 *   file:14:11: error: text [HYK-0412]
 *      14 |     when: ...
 *         |           ^^^
 *      in rule 'x'
 *      hint: ...
 */
void hyk_diag_render(struct hyk_buf *out, const struct hyk_diag *diag, enum hyk_lang lang);
/* All of them, then "and N more" when some were dropped. */
void hyk_diags_render(struct hyk_buf *out, const struct hyk_diags *d, enum hyk_lang lang);

/* The row of a number, for `hyangyak explain HYK-0412`; false: no such number. */
struct hyk_diag_info {
	enum hyk_diag_id id;
	const char *name;
	enum hyk_severity severity;
	const char *text[2], *hint[2];
};
bool hyk_diag_info(unsigned number, struct hyk_diag_info *ret_info);
const char *hyk_severity_name(enum hyk_severity s, enum hyk_lang lang);

#endif
