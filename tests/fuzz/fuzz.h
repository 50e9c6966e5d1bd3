/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/fuzz/fuzz.h - what the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput. `make fuzz` links it with libFuzzer; `make test` links it
 * with replay.c, which calls it on every input that is kept. A property that does not hold ends the program.
 */
#ifndef HYK_TESTS_FUZZ_H
#define HYK_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/utf8.h"

/* Known to libFuzzer by this name. The bytes end where the block ends, so that a sanitizer sees one too far. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define FUZZ_CHECK(e)                                                                              \
	do {                                                                                       \
		if (!(e)) {                                                                        \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #e);     \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* An input is taken from the front; what is not there is 0. */
struct fuzz_in {
	const uint8_t *p;
	size_t n;
};

static inline uint8_t
fuzz_u8(struct fuzz_in *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

static inline uint64_t
fuzz_u64(struct fuzz_in *in)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | fuzz_u8(in);
	return v;
}

/* Up to byte 0xff, which no UTF-8 text has; the byte is dropped. */
static inline struct hyk_str
fuzz_text(struct fuzz_in *in)
{
	const uint8_t *end = in->n ? memchr(in->p, 0xff, in->n) : NULL;
	struct hyk_str s = { in->n ? (const char *)in->p : "", end ? (size_t)(end - in->p) : in->n };

	in->p = end ? end + 1 : in->p + in->n;
	in->n -= s.n + (end != NULL);
	return s;
}

/* Messages stand inside of their text, and showing them puts nothing on a terminal that it would obey. */
static inline void
fuzz_check_diags(const struct hyk_diags *diags)
{
	struct hyk_buf b;

	hyk_buf_init(&b, 0);
	for (const struct hyk_diag *d = diags->first; d; d = d->next) {
		struct hyk_span span = d->span;
		const struct hyk_source *src = d->src ? hyk_source_resolve(d->src, &span) : NULL;

		if (d->src)
			FUZZ_CHECK(d->span.at <= d->src->text.n && d->span.n <= d->src->text.n - d->span.at);
		if (src)
			FUZZ_CHECK(span.at <= src->text.n && span.n <= src->text.n - span.at);
	}
	for (int lang = 0; lang < 2; lang++)
		hyk_diags_render(&b, diags, (enum hyk_lang)lang);
	FUZZ_CHECK(hyk_utf8_valid_prefix(hyk_buf_peek(&b)) == b.n);
	for (size_t i = 0; i < b.n; i++)
		FUZZ_CHECK(((unsigned char)b.p[i] >= 0x20 && b.p[i] != 0x7f) || b.p[i] == '\n' || b.p[i] == '\t');
	hyk_buf_fini(&b);
}

#endif
