/* SPDX-License-Identifier: Apache-2.0 */
#include "http/negotiate.h"
#include "support/check.h"

static enum hyk_lang
language(const char *z)
{
	return hyk_negotiate_language(hyk_str_from_c(z));
}

TEST(language_follows_weights)
{
	CHECK_INT(language(""), HYK_LANG_EN);
	CHECK_INT(language("ko"), HYK_LANG_KO);
	CHECK_INT(language("KO-kr"), HYK_LANG_KO);
	CHECK_INT(language("kok"), HYK_LANG_EN); /* Konkani */
	CHECK_INT(language("en;q=0.3, ko;q=0.31"), HYK_LANG_KO);
	CHECK_INT(language("ko;q=0.2,en-GB;q=0.9"), HYK_LANG_EN);
	CHECK_INT(language("ko,en"), HYK_LANG_KO);
	CHECK_INT(language("en,ko"), HYK_LANG_EN);
	CHECK_INT(language("ko;q=0"), HYK_LANG_EN);
	CHECK_INT(language("en;q=0.1,*;q=0.5"), HYK_LANG_KO); /* whatever, rather than en */
	CHECK_INT(language("*"), HYK_LANG_EN);
	CHECK_INT(language("de, fr;q=0.8"), HYK_LANG_EN);
	CHECK_INT(language("ko ; q=0.5 , de"), HYK_LANG_KO);
}

TEST(language_survives_nonsense)
{
	CHECK_INT(language("ko;q=2, en;q=0.1"), HYK_LANG_EN);
	CHECK_INT(language("ko;q=0.5555"), HYK_LANG_EN);
	CHECK_INT(language(",,;;q=,ko;q"), HYK_LANG_KO);
	CHECK_INT(language(";;;;"), HYK_LANG_EN);
}

static enum hyk_content
content(const char *z)
{
	struct hyk_str charset;

	return hyk_negotiate_content(hyk_str_from_c(z), &charset);
}

TEST(content_is_json_in_utf8)
{
	struct hyk_str charset = { NULL, 0 };

	CHECK_INT(content("application/json"), HYK_CONTENT_JSON);
	CHECK_INT(content("Application/JSON ; Charset=\"UTF-8\""), HYK_CONTENT_JSON);
	CHECK_INT(content("application/json;profile=x;charset=utf8"), HYK_CONTENT_JSON);
	CHECK_INT(content(""), HYK_CONTENT_OTHER);
	CHECK_INT(content("text/plain"), HYK_CONTENT_OTHER);
	CHECK_INT(content("application/jsonp"), HYK_CONTENT_OTHER);
	CHECK_INT(content("application/problem+json"), HYK_CONTENT_OTHER);
	CHECK_INT(hyk_negotiate_content(HYK_STR("application/json; charset=euc-kr"), &charset),
	    HYK_CONTENT_CHARSET);
	CHECK_STR(charset, "euc-kr");
}

TEST(bearer_takes_one_word)
{
	CHECK_STR(hyk_negotiate_bearer(HYK_STR("Bearer hyk_abc")), "hyk_abc");
	CHECK_STR(hyk_negotiate_bearer(HYK_STR("bEARER   hyk_abc ")), "hyk_abc");
	CHECK_STR(hyk_negotiate_bearer(HYK_STR("Bearer a b")), "");
	CHECK_STR(hyk_negotiate_bearer(HYK_STR("Bearer ")), "");
	CHECK_STR(hyk_negotiate_bearer(HYK_STR("Bearer")), "");
	CHECK_STR(hyk_negotiate_bearer(HYK_STR("Basic aGk6aGk=")), "");
	CHECK_STR(hyk_negotiate_bearer(HYK_STR("Bearer caf\xc3\xa9")), "");
}

TEST(identifiers_are_checked_before_they_come_back)
{
	CHECK(hyk_negotiate_is_request_id(HYK_STR("bfe9eb29-ab87-4ca3-be83-a1d5d8305716")));
	CHECK(!hyk_negotiate_is_request_id(HYK_STR("")));
	CHECK(!hyk_negotiate_is_request_id(HYK_STR("a\r\nSet-Cookie: b")));
	CHECK(!hyk_negotiate_is_request_id(HYK_STR("a\tb")));
	/* The example of the W3C's Trace Context, and what it calls invalid. */
	CHECK(hyk_negotiate_is_traceparent(
	    HYK_STR("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")));
	CHECK(!hyk_negotiate_is_traceparent(
	    HYK_STR("00-00000000000000000000000000000000-00f067aa0ba902b7-01")));
	CHECK(!hyk_negotiate_is_traceparent(
	    HYK_STR("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")));
	CHECK(!hyk_negotiate_is_traceparent(
	    HYK_STR("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")));
	CHECK(!hyk_negotiate_is_traceparent(
	    HYK_STR("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")));
	CHECK(!hyk_negotiate_is_traceparent(
	    HYK_STR("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7")));
}

int
main(void)
{
	RUN(language_follows_weights);
	RUN(language_survives_nonsense);
	RUN(content_is_json_in_utf8);
	RUN(bearer_takes_one_word);
	RUN(identifiers_are_checked_before_they_come_back);
	return check_done();
}
