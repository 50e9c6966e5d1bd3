/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD 0xff PATH 0xff HEADER...: what is read out of request heads lies in them and is of its form. */
#include "fuzz/fuzz.h"
#include "http/negotiate.h"
#include "http/route.h"

static bool
lies_in(struct hyk_str part, struct hyk_str whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static bool
is_printable(struct hyk_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e)
			return false;
	}
	return true;
}

static void
check_path(struct hyk_str path, enum hyk_method method)
{
	unsigned allowed = 0;
	struct hyk_str id = HYK_STR("");
	const struct hyk_route *r = hyk_route_find(path, method, &id, &allowed);

	FUZZ_CHECK(!r || (r->method & method));
	FUZZ_CHECK(r || !(allowed & method));
	FUZZ_CHECK(hyk_method_list(allowed));
	if (!r)
		return;
	FUZZ_CHECK(lies_in(id, path) && id.n <= 64 && is_printable(id));
	FUZZ_CHECK(hyk_str_find(id, HYK_STR("/")) == SIZE_MAX && hyk_str_find(id, HYK_STR(".")) == SIZE_MAX);
}

static void
check_header(struct hyk_str s)
{
	struct hyk_str charset = HYK_STR(""), token = hyk_negotiate_bearer(s);
	enum hyk_content content = hyk_negotiate_content(s, &charset);
	enum hyk_lang lang = hyk_negotiate_language(s);

	FUZZ_CHECK(lies_in(token, s) && is_printable(token) && hyk_str_find(token, HYK_STR(" ")) == SIZE_MAX);
	FUZZ_CHECK(content != HYK_CONTENT_CHARSET || lies_in(charset, s));
	FUZZ_CHECK(lang == HYK_LANG_EN || lang == HYK_LANG_KO);
	if (hyk_negotiate_is_request_id(s))
		FUZZ_CHECK(s.n >= 1 && s.n <= 128 && is_printable(s));
	if (hyk_negotiate_is_traceparent(s))
		FUZZ_CHECK(s.n >= 55 && is_printable(s));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	struct hyk_str method = fuzz_text(&in), path = fuzz_text(&in);
	char name[16] = "";

	memcpy(name, method.p, method.n < sizeof(name) ? method.n : sizeof(name) - 1);
	check_path(path, hyk_method_parse(name));
	while (in.n)
		check_header(fuzz_text(&in));
	return 0;
}
