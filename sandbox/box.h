/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/box.h - the first wall: plugins loaded into metered Lua states, called from their images.
 *
 * Only the jail process, tests and fuzzers use it. Everything that runs Lua,
 * the parser too, runs protected; nothing here asks the system for anything
 * once it is set up.
 *
 * Lifetime:  init -> load* -> call*. Nothing to finish unless blocks come from malloc
 * (hyk_box_fini). Ownership: texts are borrowed, for as long as the box when blocks come from
 * malloc. Limits:    HYK_BOX_PLUGINS plugins; struct hyk_box_options. Threads:   one thread at a
 * time. Errors:    in the reply; a box never fails as a whole.
 */
#ifndef HYK_SANDBOX_BOX_H
#define HYK_SANDBOX_BOX_H

#include <setjmp.h>

#include "base/status.h"
#include "sandbox/forms.h"
#include "sandbox/jail.h"
#include "sandbox/meter.h"
#include "sandbox/wire.h"

#define HYK_BOX_ARENA_BYTES ((size_t)8 << 20)
#define HYK_BOX_VAULT_BYTES ((size_t)16 << 20)
#define HYK_BOX_SCRATCH_BYTES (HYK_BOX_ARENA_BYTES / 16 + 64)

struct hyk_box_plugin {
	struct hyk_image image;
	bool loaded, is_body;
	uint8_t hooks;         /* bits of enum hyk_hook */
	struct hyk_str text;   /* only used with malloc: every call loads anew */
	struct hyk_str params; /* given ones, as they cross; empty: none */
};

struct hyk_box {
	struct hyk_meter meter;
	struct hyk_meter_limits call_limits, load_limits;
	char *vault;
	size_t vault_room, vault_used;
	unsigned char *scratch;
	struct hyk_box_plugin plugins[HYK_BOX_PLUGINS];
	jmp_buf panic;
	unsigned n_panics; /* should stay 0 for ever; tests look */
};

/*
 * `arena`, `vault`, `scratch` have the sizes above; all NULL: blocks come from
 * malloc, and there are no images (for sanitizers).
 */
void hyk_box_init(struct hyk_box *b, void *arena, void *vault, void *scratch,
    const struct hyk_jail_limits *limits);

/* Loads plugin number `index` (< HYK_BOX_PLUGINS) and writes the reply: u8, then u32 line and text,
 * or the manifest. */
void hyk_box_load(
    struct hyk_box *b, uint32_t index, struct hyk_str text, bool is_body, struct hyk_wire_out *out);

/* Before its load: `params` instead of the defaults, a map as it crosses; borrowed as texts are. */
void hyk_box_give_params(struct hyk_box *b, uint32_t index, struct hyk_str params);

/*
 * One call: writes u8 outcome, u32 units, u32 peak, log text, then
 *   ok:         value
 *   bad result: text, u8 has a value, value
 *   all others: text
 * ok and bad-result only say that the answer can be read: its type is the engine's to check.
 */
void hyk_box_call(struct hyk_box *b, uint32_t index, enum hyk_hook hook,
    struct hyk_wire_in *request, struct hyk_wire_out *out);

/* Does the library do what this room relies on? A sentence, or NULL when all is well. */
const char *hyk_box_self_test(struct hyk_box *b);

#endif
