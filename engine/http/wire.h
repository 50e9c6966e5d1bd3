/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/wire.h - a call to and from libmicrohttpd: request headers in, reply with its headers out.
 *
 * The library forgives what RFC 9112 forbids: a blank before the colon, folded lines, empty names, NUL in a value, a
 * lone CR or LF as the end of a line. A proxy that reads such a head otherwise can be made to smuggle a request past
 * itself, so a head is taken only if it consists, byte for byte, of a first line and of names and values that follow
 * each other with one CRLF between them.
 *
 * Lifetime:  the head borrows from the library until the request is over; the answer's bytes must
 * live as long. Threads:   owning worker only.
 */
#ifndef HYK_HTTP_WIRE_H
#define HYK_HTTP_WIRE_H

#include "http/call.h"

struct MHD_Connection;

/* The first line is sound; `version` as the library gives it, in its buffer. */
void hyk_wire_read_head(struct MHD_Connection *mhd, const char *method, const char *version, struct hyk_head *head);
/* Lines came after a body in chunks; the library reads their ends more loosely than a proxy may. */
bool hyk_wire_has_trailers(struct MHD_Connection *mhd);
/* False: nothing was queued, and the connection must be closed. */
bool hyk_wire_send(struct MHD_Connection *mhd, const struct hyk_call *c) HYK_MUST_CHECK;

#endif
