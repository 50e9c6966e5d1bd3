/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/net.h - IP addresses and networks as values (as.net).
 * Lifetime: the arena. Threads: immutable.
 */
#ifndef HYK_CEL_NET_H
#define HYK_CEL_NET_H

#include "base/defs.h"

struct hyk_cel_net {
	uint8_t bytes[16];
	uint8_t n;      /* 4 or 16 */
	uint8_t prefix; /* of a network */
	bool is_cidr;
};

bool hyk_cel_net_equal(const void *a, const void *b);

#endif
