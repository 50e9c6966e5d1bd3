/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/negotiate.h - what request headers ask for: language, content type, token, identifiers to
 * echo.
 *
 * Lifetime:  everything borrows from the header text.
 * Threads:   any thread.
 * Errors:    a header that cannot be read counts as not sent, or as wrong where the function says
 * so.
 */
#ifndef HYK_HTTP_NEGOTIATE_H
#define HYK_HTTP_NEGOTIATE_H

#include "base/diag.h"

/* ASCII case does not count. */
bool hyk_header_is(struct hyk_str value, const char *lower);

/* Accept-Language (RFC 9110 12.5.4): the better liked of ko and en; en when neither is named. */
enum hyk_lang hyk_negotiate_language(struct hyk_str accept_language);

enum hyk_content {
	HYK_CONTENT_JSON,
	HYK_CONTENT_OTHER,  /* also: none, or unreadable */
	HYK_CONTENT_CHARSET /* JSON in a charset other than UTF-8; ret_charset names it */
};
enum hyk_content hyk_negotiate_content(struct hyk_str content_type, struct hyk_str *ret_charset);

/* "Bearer TOKEN": the token; empty for another scheme or an impossible token. */
struct hyk_str hyk_negotiate_bearer(struct hyk_str authorization);

/* May the value come back in X-Request-ID: 1 to 128 printable ASCII characters. */
bool hyk_negotiate_is_request_id(struct hyk_str value);
/* W3C Trace Context: version-traceid-parentid-flags, lower-case hex, neither id all zero. */
bool hyk_negotiate_is_traceparent(struct hyk_str value);


/* %XX and '+' of a query's value taken out; SIZE_MAX: a bad escape, or no room. */
size_t hyk_negotiate_unescape(struct hyk_str sent, char *out, size_t room);

#endif
