/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as the body of a hook and as a plugin: loaded and called in states on malloc, so that a sanitizer sees
 * every block. The library never panics, the same call gives the same bytes, and the engine can read them.
 */
#include "fuzz/fuzz.h"
#include "sandbox/answer.h"
#include "sandbox/box.h"
#include "sandbox/manifest.h"
#include "sandbox/wire_value.h"
#include "value/json.h"

#define OUT_BYTES ((size_t)1 << 20)

/* Little, so that a loop ends soon. */
static const struct hyk_jail_limits limits = { .units = 2000 };
static uint8_t request[4096];
static size_t request_n;
static uint8_t *outs[2];

static void
make_request(void)
{
	static const char text[] = "{\"subject\":{\"id\":\"alice\",\"age\":30,\"tags\":[\"a\",\"가\"]},"
	    "\"resource\":{\"type\":\"space\",\"id\":\"s-1\",\"outdoor\":true},\"action\":{\"name\":\"use\"},"
	    "\"context\":{\"party_size\":12,\"fee\":1.5},\"now\":\"2026-05-09T05:00:00Z\",\"role\":\"member\"}";
	struct hyk_wire_out o = { request, 0, sizeof(request), false };
	struct hyk_wire_path path;
	struct hyk_value v;
	struct hyk_arena a;

	hyk_arena_init(&a, 0);
	hyk_wire_path_init(&path);
	FUZZ_CHECK(hyk_json_parse(&a, hyk_source_new(&a, HYK_STR("request"), HYK_STR(text)), NULL, &v, NULL) == HYK_OK);
	FUZZ_CHECK(hyk_wire_put_value(&o, v, &hyk_box_request_limits, &path));
	request_n = o.n;
	hyk_arena_fini(&a);
	for (int i = 0; i < 2; i++) {
		outs[i] = malloc(OUT_BYTES);
		FUZZ_CHECK(outs[i]);
	}
}

static void
check_reply(enum hyk_hook hook, struct hyk_wire_in *in)
{
	uint8_t outcome = hyk_wire_get_u8(in);
	struct hyk_wire_path path;
	struct hyk_value v;
	struct hyk_arena a;

	FUZZ_CHECK(outcome <= HYK_JAIL_REJECT_LOAD && outcome != HYK_JAIL_DEADLINE);
	hyk_wire_get_u32(in);
	hyk_wire_get_u32(in);
	(void)hyk_wire_get_str(in);
	if (outcome != HYK_JAIL_OK)
		(void)hyk_wire_get_str(in);
	FUZZ_CHECK(!in->bad);
	if (outcome == HYK_JAIL_OK || outcome == HYK_JAIL_BAD_RESULT) {
		hyk_arena_init(&a, 0);
		hyk_wire_path_init(&path);
		FUZZ_CHECK(hyk_wire_get_value(in, &hyk_box_answer_limits, &a, &v, &path));
		FUZZ_CHECK(hyk_answer_check(hook, &v, &path) || path.why[0]);
		hyk_arena_fini(&a);
	}
	FUZZ_CHECK(in->at == in->n);
}

static void
call(struct hyk_box *b, enum hyk_hook hook)
{
	size_t n[2];

	for (int i = 0; i < 2; i++) {
		struct hyk_wire_in in = { request, request_n, 0, false };
		struct hyk_wire_out out = { outs[i], 0, OUT_BYTES, false };

		hyk_box_call(b, 0, hook, &in, &out);
		FUZZ_CHECK(!out.full);
		n[i] = out.n;
	}
	FUZZ_CHECK(n[0] == n[1] && memcmp(outs[0], outs[1], n[0]) == 0);
	check_reply(hook, &(struct hyk_wire_in){ outs[0], n[0], 0, false });
}

static void
load(struct hyk_str text, bool is_body)
{
	static struct hyk_box b;
	struct hyk_jail_source source = { HYK_STR("fuzz.lua"), text, is_body };
	struct hyk_wire_out out = { outs[0], 0, OUT_BYTES, false };
	struct hyk_wire_in in;
	struct hyk_value manifest;
	struct hyk_diags diags;
	struct hyk_arena a;
	enum hyk_status st;

	hyk_box_init(&b, NULL, NULL, NULL, &limits);
	hyk_box_load(&b, 0, text, is_body, &out);
	FUZZ_CHECK(!out.full);
	hyk_arena_init(&a, 0);
	hyk_diags_init(&diags, &a);
	in = (struct hyk_wire_in){ outs[0], out.n, 0, false };
	st = hyk_manifest_read(&in, &source, 1, &a, &manifest, &diags);
	FUZZ_CHECK((st == HYK_OK && diags.n_errors == 0) || (st == HYK_E_INVALID && diags.n_errors > 0));
	fuzz_check_diags(&diags);
	hyk_arena_fini(&a);
	if (b.plugins[0].loaded)
		for (int h = 0; h < HYK_N_HOOKS; h++) {
			if (is_body ? h == HYK_HOOK_PERMIT : (b.plugins[0].hooks & 1u << h) != 0)
				call(&b, (enum hyk_hook)h);
		}
	FUZZ_CHECK(b.n_panics == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct hyk_str text = hyk_str_make((const char *)data, n);

	if (!request_n)
		make_request();
	load(text, true);
	load(text, false);
	return 0;
}
