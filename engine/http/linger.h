/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/linger.h - sockets that were answered early and still send: read and dropped for a while.
 *
 * Closing a socket with unread bytes resets it, and a reset can take the answer
 * away before the client read it. So a refusal sent before the end of the body
 * leaves a duplicate of the socket here.
 *
 * Limits:    64 sockets, 2 seconds and 4 MiB each; past that they are closed at once.
 * Threads:   one thread at a time.
 */
#ifndef HYK_HTTP_LINGER_H
#define HYK_HTTP_LINGER_H

#include "base/defs.h"

#define HYK_LINGER_SLOTS 64u

struct hyk_linger {
	int epoll;          /* borrowed */
	uint64_t first_tag; /* slot i has epoll data first_tag + i */
	unsigned n;
	struct {
		int fd; /* -1: free */
		uint64_t until_ms;
		size_t left_bytes;
	} slots[HYK_LINGER_SLOTS];
};

void hyk_linger_init(struct hyk_linger *g, int epoll, uint64_t first_tag);
void hyk_linger_fini(struct hyk_linger *g);
/* Keeps a duplicate of fd. */
void hyk_linger_add(struct hyk_linger *g, int fd, uint64_t now_ms);
/* Slot i has something to read. */
void hyk_linger_read(struct hyk_linger *g, unsigned i);
/* Closes those whose time is over. */
void hyk_linger_sweep(struct hyk_linger *g, uint64_t now_ms);

#endif
