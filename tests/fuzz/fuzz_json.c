/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes to the JSON parser: jansson takes the same, what is written is read again as the same value, and canonical
 * text can be read and is its own canonical text.
 */
#include "fuzz/fuzz.h"
#include "value/json.h"

#include <jansson.h>

static enum hyk_status
parse(struct hyk_arena *a, struct hyk_str text, struct hyk_value *v, struct hyk_diags *diags)
{
	struct hyk_source *src = hyk_source_new(a, HYK_STR("fuzz"), text);

	FUZZ_CHECK(src);
	hyk_diags_init(diags, a);
	return hyk_json_parse(a, src, NULL, v, diags);
}

/* jansson takes no NUL in a key, stops at one in the text, and knows no whole number past 2^63 - 1: no opinion there. */
static void
check_jansson(struct hyk_str text, enum hyk_status st)
{
	json_error_t e;
	json_t *j;

	if (text.n && memchr(text.p, '\0', text.n))
		return;
	j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);

	if (j)
		FUZZ_CHECK(st != HYK_E_INVALID);
	else if (json_error_code(&e) != json_error_null_byte_in_key && json_error_code(&e) != json_error_numeric_overflow)
		FUZZ_CHECK(st != HYK_OK);
	json_decref(j);
}

/* Past 2^53 canonical text has doubles that are read as integers, which it would write in quotes. */
static bool
has_large_number(struct hyk_str text)
{
	size_t run = 0;

	for (size_t i = 0; i < text.n && run < 16; i++)
		run = text.p[i] >= '0' && text.p[i] <= '9' ? run + 1 : 0;
	return run >= 16;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct hyk_str text = hyk_str_make((const char *)data, n);
	struct hyk_value v, again;
	struct hyk_buf b, c;
	struct hyk_diags diags;
	struct hyk_arena a;
	enum hyk_status st;

	hyk_arena_init(&a, 64u << 20);
	hyk_buf_init(&b, 0);
	hyk_buf_init(&c, 0);
	st = parse(&a, text, &v, &diags);
	FUZZ_CHECK((st == HYK_OK) == (diags.n_errors == 0) && diags.n_errors <= 1);
	fuzz_check_diags(&diags);
	check_jansson(text, st);
	if (st == HYK_OK) {
		hyk_json_write(&b, v);
		FUZZ_CHECK(parse(&a, hyk_buf_peek(&b), &again, &diags) == HYK_OK);
		FUZZ_CHECK(hyk_value_equal(v, again));
		hyk_buf_reset(&b);
		hyk_json_write_canonical(&b, v);
		FUZZ_CHECK(parse(&a, hyk_buf_peek(&b), &again, &diags) == HYK_OK);
		hyk_json_write_canonical(&c, again);
		FUZZ_CHECK(hyk_str_eq(hyk_buf_peek(&b), hyk_buf_peek(&c)) || has_large_number(hyk_buf_peek(&b)));
	}
	hyk_buf_fini(&c);
	hyk_buf_fini(&b);
	hyk_arena_fini(&a);
	return 0;
}
