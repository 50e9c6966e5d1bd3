/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/wire.h - a call to and from libmicrohttpd: request headers in, reply with its headers out.
 *
 * Lifetime:  the head borrows from the library until the request is over; the answer's bytes must
 * live as long. Threads:   owning worker only.
 */
#ifndef HYK_HTTP_WIRE_H
#define HYK_HTTP_WIRE_H

#include "http/call.h"

struct MHD_Connection;

void hyk_wire_read_head(struct MHD_Connection *mhd, struct hyk_head *head);
/* False: nothing was queued, and the connection must be closed. */
bool hyk_wire_send(struct MHD_Connection *mhd, const struct hyk_call *c) HYK_MUST_CHECK;

#endif
