/* SPDX-License-Identifier: Apache-2.0 */
#include "http/wire.h"

#include <microhttpd.h>

#include "http/negotiate.h"

static void
keep_once(bool *twice, struct hyk_str *slot, struct hyk_str value)
{
	if (slot->p != NULL)
		*twice = true;
	*slot = value;
}

/* Where the library's buffer goes on; NULL: the head is not what it seems. */
struct reading {
	struct hyk_head *head;
	const char *at;
};

/* RFC 9110 5.6.2. */
static bool
is_token(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') || (p[i] >= '0' && p[i] <= '9') ||
			(p[i] != '\0' && strchr("!#$%&'*+-.^_`|~", p[i]) != NULL)))
			return false;
	return n > 0;
}

/* RFC 9110 5.5: a CR of its own in particular, which some take for the end of a line. */
static bool
has_control(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)p[i] < ' ' && p[i] != '\t') || p[i] == 0x7f)
			return true;
	return false;
}

/* The library puts a NUL on the colon and on CR and LF each, and skips blanks before the value. */
static const char *
after_line(const char *at, const char *name, size_t n, const char *value, size_t value_n)
{
	const char *p = name + n + 1;

	if (at == NULL || name != at || value == NULL || !is_token(name, n) || name[n] != '\0' ||
	    has_control(value, value_n))
		return NULL;
	while (*p == ' ' || *p == '\t')
		p++;
	return p == value && value[value_n] == '\0' && value[value_n + 1] == '\0' ? value + value_n + 2 : NULL;
}

static enum MHD_Result
on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t n, const char *value,
    size_t value_n)
{
	struct reading *reading = cls;
	struct hyk_head *head = reading->head;
	struct hyk_str key = hyk_str_make(name, n),
		       v = hyk_str_make(value == NULL ? "" : value, value_n);

	(void)kind;
	reading->at = after_line(reading->at, name, n, value, value_n);
	switch (n) { /* most headers are none of ours: the length tells it without comparing */
	case 4:
		if (hyk_header_is(key, "host"))
			head->n_hosts++;
		break;
	case 6:
		if (hyk_header_is(key, "expect"))
			head->expect = v;
		break;
	case 11:
		if (hyk_header_is(key, "traceparent"))
			head->traceparent = v;
		break;
	case 12:
		if (hyk_header_is(key, "content-type"))
			keep_once(&head->twice, &head->content_type, v);
		else if (hyk_header_is(key, "x-request-id"))
			head->request_id = v;
		break;
	case 13:
		if (hyk_header_is(key, "authorization"))
			keep_once(&head->two_credentials, &head->authorization, v);
		break;
	case 14:
		if (hyk_header_is(key, "content-length"))
			keep_once(&head->twice, &head->content_length, v);
		break;
	case 15:
		if (hyk_header_is(key, "accept-language"))
			head->accept_language = v;
		else if (hyk_header_is(key, "idempotency-key"))
			keep_once(&head->twice, &head->idempotency_key, v);
		break;
	case 16:
		if (hyk_header_is(key, "content-encoding"))
			keep_once(&head->twice, &head->content_encoding, v);
		break;
	case 17:
		if (hyk_header_is(key, "transfer-encoding"))
			keep_once(&head->twice, &head->transfer_encoding, v);
		break;
	default:
		break;
	}
	return MHD_YES;
}

static struct hyk_str
query_value(struct MHD_Connection *mhd, const char *name)
{
	const char *v = MHD_lookup_connection_value(mhd, MHD_GET_ARGUMENT_KIND, name);

	return hyk_str_from_c(v == NULL ? "" : v);
}

void
hyk_wire_read_head(struct MHD_Connection *mhd, const char *method, const char *version, struct hyk_head *head)
{
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct reading reading = { .head = head };
	size_t n = version == NULL ? 0 : strlen(version);

	/* "" is of the library's own memory: a first line without a version, of times before headers. */
	if (n > 0 && version[n + 1] == '\0')
		reading.at = version + n + 2;
	head->after = query_value(mhd, "after");
	head->person = query_value(mhd, "person");
	head->type = query_value(mhd, "type");
	head->entry = query_value(mhd, "id");
	(void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_header, &reading);
	/* The empty line, and nothing that the library left out. */
	if (reading.at == NULL || size == NULL || reading.at + 2 != method + size->header_size)
		head->malformed = true;
	head->too_large = size != NULL && size->header_size > HYK_HEAD_BYTES;
	head->needs_host = n > 0 && strcmp(version, "HTTP/1.0") != 0;
}

static enum MHD_Result
on_trailer(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	bool *any = cls;

	(void)kind;
	(void)name;
	(void)value;
	*any = true;
	return MHD_NO;
}

bool
hyk_wire_has_trailers(struct MHD_Connection *mhd)
{
	bool any = false;

	(void)MHD_get_connection_values(mhd, MHD_FOOTER_KIND, on_trailer, &any);
	return any;
}

static void
add_header(struct MHD_Response *response, const char *name, const char *value)
{
	/* Without memory a header is missing; the answer is no less true. */
	(void)MHD_add_response_header(response, name, value);
}

static void
add_echo(struct MHD_Response *response, const char *name, struct hyk_str value)
{
	char z[160];

	if (value.n >= sizeof(z))
		return;
	memcpy(z, value.p, value.n);
	z[value.n] = '\0';
	add_header(response, name, z);
}

static void
add_headers(const struct hyk_call *c, struct MHD_Response *response)
{
	add_header(response, "Content-Type", c->content_type);
	if (c->is_error || (c->route != NULL && c->route->no_store))
		add_header(response, "Cache-Control", "no-store");
	if (c->is_error) {
		add_header(response, "Content-Language", c->lang == HYK_LANG_KO ? "ko" : "en");
		add_header(response, "Vary", "Accept-Language");
	}
	if (c->allow != NULL)
		add_header(response, "Allow", c->allow);
	if (c->challenge != NULL)
		add_header(response, "WWW-Authenticate", c->challenge);
	if (c->retry_after_s > 0) {
		char seconds[16];

		snprintf(seconds, sizeof(seconds), "%u", c->retry_after_s);
		add_header(response, "Retry-After", seconds);
	}
	if (c->head.request_id.n > 0 && hyk_negotiate_is_request_id(c->head.request_id))
		add_echo(response, "X-Request-ID", c->head.request_id);
	if (c->head.traceparent.n > 0 && hyk_negotiate_is_traceparent(c->head.traceparent))
		add_echo(response, "traceparent", c->head.traceparent);
	if (c->last || atomic_load_explicit(&c->site->stopping, memory_order_relaxed))
		add_header(response, "Connection", "close");
}

bool
hyk_wire_send(struct MHD_Connection *mhd, const struct hyk_call *c)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	/* The library only reads the bytes. */
	response = MHD_create_response_from_buffer(
	    c->answer.n, (void *)(uintptr_t)c->answer.p, MHD_RESPMEM_PERSISTENT);
	if (response == NULL)
		return false;
	add_headers(c, response);
	result = MHD_queue_response(mhd, (unsigned)c->status, response);
	MHD_destroy_response(response);
	return result == MHD_YES;
}
