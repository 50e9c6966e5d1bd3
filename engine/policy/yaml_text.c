/* SPDX-License-Identifier: Apache-2.0 */
/* policy/yaml_text.c - see yaml_text.h. */
#include "policy/yaml_text.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"

#define MAX_REREAD_BYTES ((size_t)64 << 20)

/*
 * What YAML 1.1 lets stand in a text, as libyaml reads it; but not the line ends that only YAML 1.1 knows (U+0085,
 * U+2028, U+2029): editors show no new line there.
 */
static bool
is_allowed(uint32_t cp)
{
	return cp == '\n' || cp == '\r' || (cp >= 0x20 && cp <= 0x7e) ||
	       (cp >= 0xa0 && cp <= 0xd7ff && cp != 0x2028 && cp != 0x2029) ||
	       (cp >= 0xe000 && cp <= 0xfffd && cp != 0xfeff) || cp >= 0x10000;
}

/* One message a line for tabs and controls; a blank takes their place. */
static bool
check_characters(struct hyk_yaml_text *t, const struct hyk_source *src, struct hyk_diags *diags)
{
	bool fine = true, told = false;
	size_t out = 0;

	for (size_t at = 0; at < t->text.n;) {
		size_t before = at;
		uint32_t cp = hyk_utf8_next(t->text, &at);

		if (cp == '\n')
			told = false;
		if (!is_allowed(cp)) {
			if (!told)
				HYK_DIAG0(diags, cp == '\t' ? HYK_D_YAML_TAB : HYK_D_YAML_CONTROL, src,
				    ((struct hyk_span){ t->skipped + (uint32_t)before, (uint32_t)(at - before) }));
			t->has_tabs |= cp == '\t';
			told = true;
			fine = false;
			t->copy[out++] = ' ';
			continue;
		}
		memcpy(t->copy + out, t->text.p + before, at - before);
		out += at - before;
	}
	t->n = out;
	return fine;
}

enum hyk_status
hyk_yaml_text_init(struct hyk_yaml_text *t, const struct hyk_source *src, struct hyk_diags *diags)
{
	size_t good;

	*t = (struct hyk_yaml_text){ .text = src->text };
	good = hyk_utf8_valid_prefix(src->text);
	if (good < src->text.n) {
		HYK_DIAG0(diags, HYK_D_NOT_UTF8, src, ((struct hyk_span){ (uint32_t)good, 1 }));
		return HYK_E_INVALID;
	}
	if (hyk_str_starts_with(src->text, HYK_STR("\xef\xbb\xbf"))) {
		t->skipped = 3;
		t->text = hyk_str_make(src->text.p + 3, src->text.n - 3);
	}
	t->copy = hyk_malloc(t->text.n + 1);
	if (!t->copy)
		return HYK_E_NOMEM;
	return check_characters(t, src, diags) ? HYK_OK : HYK_E_INVALID;
}

void
hyk_yaml_text_fini(struct hyk_yaml_text *t)
{
	hyk_free(t->copy);
	t->copy = NULL;
}

static bool
is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

uint32_t
hyk_yaml_text_byte(struct hyk_yaml_text *t, size_t index)
{
	const char *p = t->text.p;

	while (t->at_char < index && t->at_byte < t->text.n) {
		t->at_byte++;
		while (t->at_byte < t->text.n && is_inside(p[t->at_byte]))
			t->at_byte++;
		t->at_char++;
	}
	while (t->at_char > index && t->at_byte > 0) {
		t->at_byte--;
		while (t->at_byte > 0 && is_inside(p[t->at_byte]))
			t->at_byte--;
		t->at_char--;
	}
	return t->skipped + (uint32_t)t->at_byte;
}

bool
hyk_yaml_text_is_repaired(const struct hyk_yaml_text *t, uint32_t at)
{
	for (size_t i = 0; i < t->n_repaired; i++) {
		if (t->repaired[i] == at)
			return true;
	}
	return false;
}

/* The line around a byte of the text. */
static struct hyk_str
line_at(struct hyk_str text, size_t at, size_t *ret_start)
{
	size_t start = at, end = at;

	while (start > 0 && text.p[start - 1] != '\n')
		start--;
	while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r')
		end++;
	*ret_start = start;
	return hyk_str_make(text.p + start, end > start ? end - start : 0);
}

/* Where the value of `- key: value` begins in a line; SIZE_MAX: there is none. */
static size_t
value_start(struct hyk_str line)
{
	size_t i = 0, colon;
	bool item = false;

	for (;;) {
		while (i < line.n && line.p[i] == ' ')
			i++;
		if (i + 1 < line.n && line.p[i] == '-' && line.p[i + 1] == ' ') {
			item = true;
			i++;
			continue;
		}
		break;
	}
	for (colon = i; colon < line.n; colon++) {
		char c = line.p[colon];

		if (c == ':' && colon > i && colon + 1 < line.n && line.p[colon + 1] == ' ') {
			colon++;
			while (colon < line.n && line.p[colon] == ' ')
				colon++;
			return colon < line.n ? colon : SIZE_MAX;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		        c == '-' || c == '.'))
			break;
	}
	return item && i < line.n ? i : SIZE_MAX;
}

/* Does text follow after the closing of the quote or bracket the value begins with? */
static bool
goes_on_after_close(struct hyk_str v)
{
	char open = v.p[0], close = open == '[' ? ']' : open == '{' ? '}' : open;
	size_t i = 1, depth = 1;

	for (; i < v.n && depth; i++) {
		if (v.p[i] == '\\' && open == '"')
			i++;
		else if (v.p[i] == close)
			depth--;
		else if (v.p[i] == open)
			depth++;
	}
	if (depth)
		return false;
	while (i < v.n && v.p[i] == ' ')
		i++;
	return i < v.n && v.p[i] != '#';
}

static bool
needs_quotes(struct hyk_str v)
{
	if (!v.n)
		return false;
	switch (v.p[0]) {
	case '!':
	case '@':
	case '`':
	case '%':
	case '&':
	case '*':
		return true;
	case '"':
	case '\'':
	case '[':
	case '{':
		return goes_on_after_close(v);
	default:
		return false;
	}
}

void
hyk_yaml_text_explain(const struct hyk_yaml_text *t, const struct hyk_source *src, uint32_t value_at,
    struct hyk_diags *diags)
{
	size_t start, at = value_at - t->skipped;
	struct hyk_str line = line_at(t->text, at, &start);
	struct hyk_str value = hyk_str_trim(hyk_str_make(t->text.p + at, start + line.n - at));
	struct hyk_str before = hyk_str_trim(hyk_str_make(line.p, at - start));
	struct hyk_diag *d;
	struct hyk_buf en, ko;

	d = HYK_DIAG(diags, HYK_D_YAML_QUOTE, src, ((struct hyk_span){ value_at, (uint32_t)value.n }),
	    hyk_str_make(value.p, value.n ? 1 : 0));
	if (!d)
		return;
	hyk_buf_init(&en, 2000);
	hyk_buf_init(&ko, 2000);
	hyk_buf_append_c(&en, "write  ");
	hyk_buf_append(&en, before);
	hyk_buf_append_c(&en, " '");
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\'')
			hyk_buf_append_char(&en, '\'');
		hyk_buf_append_char(&en, value.p[i]);
	}
	hyk_buf_append_char(&en, '\'');
	hyk_buf_append(&ko, hyk_buf_peek(&en));
	if (!en.failed && !ko.failed) {
		struct hyk_str shown = hyk_buf_peek(&en);

		hyk_buf_reset(&ko);
		hyk_buf_append(&ko, hyk_str_make(shown.p + 7, shown.n - 7));
		hyk_buf_append_c(&ko, "  (이)라고 쓰거나, | 를 쓰고 다음 줄에 적으세요");
		hyk_buf_append_c(&en, "  or put | there and the condition on the next line");
		hyk_diag_hint(diags, d, hyk_buf_peek(&en), hyk_buf_peek(&ko));
	}
	hyk_buf_fini(&en);
	hyk_buf_fini(&ko);
}

/* libyaml's words, and ours for them. */
static const struct {
	const char *problem;
	const char *en, *ko;
} words[] = {
	{ "did not find expected key", "a key with ':' should come here, with the same indentation as its neighbours",
	    "여기에는 이웃한 줄과 같은 칸에서 시작하는 '키:'가 와야 합니다" },
	{ "did not find expected '-' indicator", "an item with '-' should come here, with the same indentation as its neighbours",
	    "여기에는 이웃한 줄과 같은 칸에서 시작하는 '-'가 와야 합니다" },
	{ "did not find expected ',' or '}'", "',' or '}' is missing before this", "이 앞에 ',' 나 '}'가 빠졌습니다" },
	{ "did not find expected ',' or ']'", "',' or ']' is missing before this", "이 앞에 ',' 나 ']'가 빠졌습니다" },
	{ "mapping values are not allowed in this context",
	    "a ': ' stands inside a value; put quotes around the value, or mend the indentation of this line",
	    "값 안에 ': '가 들어 있습니다. 값을 따옴표로 묶거나, 이 줄의 들여쓰기를 고치세요" },
	{ "could not find expected ':'", "the ':' after the key is missing", "키 다음에 ':'가 빠졌습니다" },
	{ "found unexpected end of stream", "the quote that begins here is never closed",
	    "여기서 시작한 따옴표가 닫히지 않았습니다" },
	{ "found character that cannot start any token", "a value cannot begin with this character; put it in quotes",
	    "값은 이 글자로 시작할 수 없습니다. 따옴표로 묶으세요" },
	{ "block sequence entries are not allowed in this context", "a list with '-' begins on a line of its own",
	    "'-' 목록은 새 줄에서 시작합니다" },
	{ "found unknown escape character", "this escape after \\ does not exist; use single quotes, or write \\\\",
	    "\\ 다음에 올 수 없는 글자입니다. 작은따옴표를 쓰거나 \\\\라고 쓰세요" },
	{ "did not find expected <document start>", "the text goes on after its end; check the indentation of this line",
	    "글이 끝난 뒤에 글이 더 있습니다. 이 줄의 들여쓰기를 확인하세요" },
	{ "did not find expected node content", "a value is missing here", "여기에 값이 빠졌습니다" },
};

static void
tell(const struct hyk_source *src, const struct hyk_yaml_error *error, uint32_t at, struct hyk_diags *diags)
{
	struct hyk_span span = { at, at < src->text.n };

	for (size_t i = 0; i < HYK_ARRAY_LEN(words); i++) {
		if (hyk_str_eq_c(error->problem, words[i].problem)) {
			HYK_DIAG(diags, HYK_D_YAML_SYNTAX, src, span, hyk_str_from_c(words[i].en),
			    hyk_str_from_c(words[i].ko));
			return;
		}
	}
	HYK_DIAG(diags, HYK_D_YAML_SYNTAX, src, span, error->problem, error->problem);
}

/* Puts `first` and blanks, one for each character, over bytes [at, end) of the text. */
static void
blank_out(struct hyk_yaml_text *t, size_t at, size_t end, char first)
{
	/* The copy may have narrower characters before `at`: find the place by counting. */
	size_t at_char = 0, from = 0, n_chars = 0, to;

	for (size_t i = 0; i < at; i++)
		at_char += !is_inside(t->text.p[i]);
	for (size_t i = at; i < end; i++)
		n_chars += !is_inside(t->text.p[i]);
	for (size_t k = 0; k < at_char; k++) {
		from++;
		while (from < t->n && is_inside(t->copy[from]))
			from++;
	}
	to = from;
	for (size_t k = 0; k < n_chars; k++) {
		to++;
		while (to < t->n && is_inside(t->copy[to]))
			to++;
	}
	memset(t->copy + from, ' ', n_chars);
	if (n_chars)
		t->copy[from] = first;
	memmove(t->copy + from + n_chars, t->copy + to, t->n - to);
	t->n -= to - from - n_chars;
}

bool
hyk_yaml_text_repair(struct hyk_yaml_text *t, const struct hyk_source *src, const struct hyk_yaml_error *error,
    struct hyk_diags *diags)
{
	struct hyk_str words_end = HYK_STR("found unexpected end of stream");
	bool unclosed = hyk_str_eq(error->problem, words_end) && error->has_context;
	uint32_t at = hyk_yaml_text_byte(t, unclosed ? error->context_char : error->at_char);
	size_t start, value, place = at - t->skipped;
	struct hyk_str line, rest;

	/* With tabs in it the text stands in other columns than its author meant: mend those first. */
	if (t->has_tabs)
		return false;

	while (place > 0 && place >= t->text.n)
		place--;
	line = line_at(t->text, place, &start);
	value = value_start(line);
	if (value == SIZE_MAX) {
		tell(src, error, at, diags);
		return false;
	}
	/* Each repair reads the text once more. */
	if (t->n_repaired == HYK_YAML_MAX_REPAIRS || (t->n_repaired + 1) * t->n > MAX_REREAD_BYTES)
		return false;
	if (hyk_yaml_text_is_repaired(t, t->skipped + (uint32_t)(start + value))) {
		/* It was told of this line already: it is the line as a whole that does not fit. */
		if (hyk_yaml_text_is_repaired(t, t->skipped + (uint32_t)start))
			return false;
		t->repaired[t->n_repaired++] = t->skipped + (uint32_t)start;
		blank_out(t, start, start + line.n, ' ');
		return true;
	}
	rest = hyk_str_make(line.p + value, line.n - value);
	if (needs_quotes(rest))
		hyk_yaml_text_explain(t, src, t->skipped + (uint32_t)(start + value), diags);
	else
		tell(src, error, at, diags);
	/* A bracket that goes on in later lines cannot be taken out by lines. */
	if (!needs_quotes(rest) && (rest.p[0] == '[' || rest.p[0] == '{'))
		return false;
	t->repaired[t->n_repaired++] = t->skipped + (uint32_t)(start + value);
	blank_out(t, start + value, start + line.n, '~');
	return true;
}
