/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a jail that was taken over may write: SIZE (4 bytes, what it says it wrote), CALLS, a HOOK each, then the
 * bytes of the shared memory. First byte of CALLS 0: the reply to a load. The reader answers or refuses, each
 * message is one printable line, and an answer that passes is of its hook's form.
 */
#include "sandbox/jail.c" /* the reader is inside */

#include "fuzz/fuzz.h"

#define MAX_CALLS 4

static bool
is_line(struct hyk_str s, bool breaks)
{
	for (size_t i = 0; i < s.n; i++) {
		if (((unsigned char)s.p[i] < 0x20 && !(breaks && s.p[i] == '\n')) || s.p[i] == 0x7f)
			return false;
	}
	return hyk_utf8_valid_prefix(s) == s.n;
}

static void
read_calls(struct hyk_jail *j, struct fuzz_in *in, unsigned n, struct hyk_process *p, struct hyk_arena *a)
{
	struct hyk_jail_call calls[MAX_CALLS] = { 0 };
	struct hyk_wire_in reply = { .p = j->copy };
	size_t got = 0;

	for (unsigned i = 0; i < n; i++) {
		uint8_t what = fuzz_u8(in);

		calls[i].hook = (enum hyk_hook)(what % HYK_N_HOOKS);
		calls[i].plugin = what >> 7;
	}
	memcpy(hyk_channel_out(p->channel), in->p, in->n);
	if (!hyk_cell_copy_out(p, &j->copy, &j->copy_room, &got))
		return;
	reply = (struct hyk_wire_in){ j->copy, got, 0, false };
	for (unsigned i = 0; i < n && read_reply(j, &reply, &calls[i], a); i++) {
		struct hyk_wire_path path;

		FUZZ_CHECK(reply.at <= reply.n);
		FUZZ_CHECK(calls[i].message.n <= MESSAGE_BYTES + 8 && is_line(calls[i].message, false));
		FUZZ_CHECK(is_line(calls[i].log, true));
		hyk_wire_path_init(&path);
		if (calls[i].outcome == HYK_JAIL_OK)
			FUZZ_CHECK(hyk_answer_check(calls[i].hook, &calls[i].answer, &path));
		else if (calls[i].outcome != HYK_JAIL_BAD_RESULT)
			FUZZ_CHECK(calls[i].answer.kind == HYK_NULL);
	}
}

static void
read_load(struct fuzz_in *in, struct hyk_arena *a)
{
	struct hyk_jail_source sources[2] = { { HYK_STR("a.lua"), HYK_STR("return 1\n\n-- 가\n"), false },
		{ HYK_STR("b.lua"), HYK_STR(""), true } };
	struct hyk_wire_in reply = { in->p, in->n, 0, false };
	struct hyk_value manifests[2];
	struct hyk_diags diags;
	enum hyk_status st;

	hyk_diags_init(&diags, a);
	st = hyk_manifest_read(&reply, sources, 2, a, manifests, &diags);
	FUZZ_CHECK(st == HYK_OK || st == HYK_E_INVALID || st == HYK_E_FAULT);
	fuzz_check_diags(&diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct hyk_channel *channel;
	struct hyk_process p = { 0 };
	struct fuzz_in in = { data, n };
	struct hyk_str names[2] = { HYK_STR("a.lua"), HYK_STR("b.lua") };
	bool is_body[2] = { false, true };
	struct hyk_jail j = { .names = names, .is_body = is_body, .n = 2 };
	struct hyk_arena a;
	unsigned n_calls;

	if (!channel)
		channel = calloc(1, HYK_CHANNEL_BYTES);
	FUZZ_CHECK(channel);
	p.channel = channel;
	for (int i = 0; i < 4; i++)
		channel->out_n = channel->out_n << 8 | fuzz_u8(&in);
	n_calls = fuzz_u8(&in) % (MAX_CALLS + 1);
	hyk_arena_init(&a, 64u << 20);
	if (n_calls)
		read_calls(&j, &in, n_calls, &p, &a);
	else
		read_load(&in, &a);
	hyk_free(j.copy);
	hyk_arena_fini(&a);
	return 0;
}
