/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel/builtins_net.c - IP addresses and networks (CEL's network extension): no zones, no IPv4 within IPv6 in
 * dotted form.
 */
#include "cel/net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cel/functions.h"

#define FN(name)                                                                                   \
	struct hyk_value hyk_cel_fn_##name(struct hyk_cel_ctx *c, const struct hyk_value *a, unsigned n)
#define UNUSED (void)c, (void)a, (void)n

static const struct hyk_cel_net *
net_of(struct hyk_value v)
{
	return v.as.net;
}

static bool
is_mapped(const struct hyk_cel_net *net)
{
	static const uint8_t prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return net->n == 16 && memcmp(net->bytes, prefix, 12) == 0;
}

/* An IPv4 address inside IPv6 is the IPv4 address. */
static struct hyk_cel_net
unmapped(const struct hyk_cel_net *net)
{
	struct hyk_cel_net out = *net;

	if (!net->is_cidr && is_mapped(net)) {
		memset(out.bytes, 0, sizeof(out.bytes));
		memcpy(out.bytes, net->bytes + 12, 4);
		out.n = 4;
	}
	return out;
}

bool
hyk_cel_net_equal(const void *a, const void *b)
{
	struct hyk_cel_net x = unmapped(a), y = unmapped(b);

	return x.n == y.n && x.is_cidr == y.is_cidr && x.prefix == y.prefix && memcmp(x.bytes, y.bytes, x.n) == 0;
}

static bool
parse_ip(struct hyk_str s, struct hyk_cel_net *ret_net)
{
	char text[64];

	memset(ret_net, 0, sizeof(*ret_net));
	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n) || memchr(s.p, '%', s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, ret_net->bytes) == 1) {
		ret_net->n = 4;
		return true;
	}
	ret_net->n = 16;
	if (inet_pton(AF_INET6, text, ret_net->bytes) != 1)
		return false;
	/* ::ffff:1.2.3.4 is refused, ::ffff:102:304 is not */
	return !(is_mapped(ret_net) && memchr(s.p, '.', s.n));
}

static bool
parse_cidr(struct hyk_str s, struct hyk_cel_net *ret_net)
{
	const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
	struct hyk_str bits;
	uint64_t prefix;

	if (!slash || !parse_ip(hyk_str_make(s.p, (size_t)(slash - s.p)), ret_net))
		return false;
	bits = hyk_str_make(slash + 1, (size_t)(s.p + s.n - slash - 1));
	if (bits.n == 0 || bits.n > 3 || (bits.n > 1 && bits.p[0] == '0') || !hyk_str_to_u64(bits, &prefix) ||
	    prefix > ret_net->n * 8u)
		return false;
	ret_net->prefix = (uint8_t)prefix;
	ret_net->is_cidr = true;
	return true;
}

static struct hyk_value
make(struct hyk_cel_ctx *c, const struct hyk_cel_net *net)
{
	struct hyk_cel_net *copy = hyk_arena_alloc(c->arena, sizeof(*copy));

	if (!copy)
		return hyk_cel_no_memory();
	*copy = *net;
	return (struct hyk_value){ .kind = HYK_NET, .as.net = copy };
}

static size_t
write_net(const struct hyk_cel_net *net, char out[64])
{
	size_t n;

	if (!inet_ntop(net->n == 4 ? AF_INET : AF_INET6, net->bytes, out, 64))
		return 0;
	n = strlen(out);
	if (net->is_cidr)
		n += (size_t)snprintf(out + n, 64 - n, "/%u", net->prefix);
	return n;
}

static struct hyk_value
wrong(struct hyk_cel_ctx *c, const char *what)
{
	return hyk_cel_failf(c, "no such overload: %s is needed here", what);
}

FN(ip)
{
	struct hyk_cel_net net;

	(void)n;
	return parse_ip(hyk_value_str(a[0]), &net) ? make(c, &net) : hyk_cel_fail(c, "this is not an IP address");
}

FN(cidr)
{
	struct hyk_cel_net net;

	(void)n;
	return parse_cidr(hyk_value_str(a[0]), &net) ? make(c, &net) : hyk_cel_fail(c, "this is not a network");
}

FN(is_ip)
{
	struct hyk_cel_net net;

	UNUSED;
	return hyk_bool(parse_ip(hyk_value_str(a[0]), &net));
}

FN(is_cidr)
{
	struct hyk_cel_net net;

	UNUSED;
	return hyk_bool(parse_cidr(hyk_value_str(a[0]), &net));
}

FN(ip_is_canonical)
{
	struct hyk_cel_net net;
	char text[64];

	(void)n;
	if (!parse_ip(hyk_value_str(a[0]), &net))
		return hyk_cel_fail(c, "this is not an IP address");
	return hyk_bool(hyk_str_eq(hyk_str_make(text, write_net(&net, text)), hyk_value_str(a[0])));
}

FN(net_to_string)
{
	char text[64];
	struct hyk_str s = hyk_arena_dup(c->arena, hyk_str_make(text, write_net(net_of(a[0]), text)));

	(void)n;
	return s.p ? hyk_string(s) : hyk_cel_no_memory();
}

#define NEED_IP                                                                                    \
	const struct hyk_cel_net *net = net_of(a[0]);                                              \
	const uint8_t *b = net->bytes;                                                             \
	(void)b, (void)n;                                                                          \
	if (net->is_cidr)                                                                          \
	return wrong(c, "an IP address")

static bool
all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			return false;
	}
	return true;
}

static bool
is_loopback(const struct hyk_cel_net *net)
{
	return net->n == 4 ? net->bytes[0] == 127 : all_zero(net->bytes, 15) && net->bytes[15] == 1;
}

static bool
is_link_local(const struct hyk_cel_net *net)
{
	const uint8_t *b = net->bytes;

	return net->n == 4 ? b[0] == 169 && b[1] == 254 : b[0] == 0xfe && (b[1] & 0xc0) == 0x80;
}

FN(ip_family)
{
	NEED_IP;
	return hyk_int(net->n == 4 ? 4 : 6);
}

FN(ip_is_unspecified)
{
	NEED_IP;
	return hyk_bool(all_zero(b, net->n));
}

FN(ip_is_loopback)
{
	NEED_IP;
	return hyk_bool(is_loopback(net));
}

FN(ip_is_global_unicast)
{
	NEED_IP;
	bool multicast = net->n == 4 ? b[0] >= 224 && b[0] < 240 : b[0] == 0xff;
	bool broadcast = net->n == 4 && b[0] == 255 && b[1] == 255 && b[2] == 255 && b[3] == 255;

	return hyk_bool(!multicast && !broadcast && !all_zero(b, net->n) && !is_loopback(net) && !is_link_local(net));
}

FN(ip_is_link_local_multicast)
{
	NEED_IP;
	return hyk_bool(net->n == 4 ? b[0] == 224 && b[1] == 0 && b[2] == 0 : b[0] == 0xff && (b[1] & 0x0f) == 2);
}

FN(ip_is_link_local_unicast)
{
	NEED_IP;
	return hyk_bool(is_link_local(net));
}

/* Are the first `prefix` bits the same? */
static bool
same_prefix(const uint8_t *a, const uint8_t *b, unsigned prefix)
{
	if (memcmp(a, b, prefix / 8) != 0)
		return false;
	return prefix % 8 == 0 || ((a[prefix / 8] ^ b[prefix / 8]) >> (8 - prefix % 8)) == 0;
}

FN(contains_ip)
{
	const struct hyk_cel_net *net = net_of(a[0]), *ip;
	struct hyk_cel_net parsed;

	(void)n;
	if (!net->is_cidr)
		return wrong(c, "a network");
	if (a[1].kind == HYK_STRING) {
		if (!parse_ip(hyk_value_str(a[1]), &parsed))
			return hyk_cel_fail(c, "this is not an IP address");
		ip = &parsed;
	} else {
		ip = net_of(a[1]);
	}
	if (ip->is_cidr)
		return wrong(c, "an IP address");
	return hyk_bool(net->n == ip->n && same_prefix(net->bytes, ip->bytes, net->prefix));
}

FN(contains_cidr)
{
	const struct hyk_cel_net *net = net_of(a[0]), *in;
	struct hyk_cel_net parsed;

	(void)n;
	if (!net->is_cidr)
		return wrong(c, "a network");
	if (a[1].kind == HYK_STRING) {
		if (!parse_cidr(hyk_value_str(a[1]), &parsed))
			return hyk_cel_fail(c, "this is not a network");
		in = &parsed;
	} else {
		in = net_of(a[1]);
	}
	if (!in->is_cidr)
		return wrong(c, "a network");
	return hyk_bool(net->n == in->n && in->prefix >= net->prefix && same_prefix(net->bytes, in->bytes, net->prefix));
}

FN(cidr_ip)
{
	struct hyk_cel_net net = *net_of(a[0]);

	(void)n;
	if (!net.is_cidr)
		return wrong(c, "a network");
	net.is_cidr = false;
	net.prefix = 0;
	return make(c, &net);
}

FN(cidr_masked)
{
	struct hyk_cel_net net = *net_of(a[0]);

	(void)n;
	if (!net.is_cidr)
		return wrong(c, "a network");
	for (unsigned i = 0; i < net.n; i++) {
		unsigned keep = net.prefix > i * 8 ? net.prefix - i * 8 : 0;

		if (keep < 8)
			net.bytes[i] &= (uint8_t)(0xff00 >> keep);
	}
	return make(c, &net);
}

FN(cidr_prefix_length)
{
	(void)n;
	return net_of(a[0])->is_cidr ? hyk_int(net_of(a[0])->prefix) : wrong(c, "a network");
}
