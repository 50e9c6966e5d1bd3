/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/listen.h - "127.0.0.1:8420" to a listening socket.
 *
 * Threads:   any thread.
 * Errors:    HYK_E_INVALID, HYK_E_BUSY, HYK_E_DENIED, HYK_E_IO with an 86x message.
 */
#ifndef HYK_HTTP_LISTEN_H
#define HYK_HTTP_LISTEN_H

#include "base/diag.h"

#define HYK_ADDRESS_BYTES 64u

/* Numeric IPv4 or bracketed IPv6, or "localhost", with a port. ret_address is what was bound, with
 * the real port. */
enum hyk_status hyk_listen_open(const char *address, int *ret_fd,
    char ret_address[HYK_ADDRESS_BYTES], struct hyk_diags *diags) HYK_MUST_CHECK;
/* Where such a socket listens. */
bool hyk_listen_address(int fd, char ret_address[HYK_ADDRESS_BYTES]);

#endif
