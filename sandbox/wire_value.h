/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/wire_value.h - the engine's values in the wire form, and back.
 *
 * Out: timestamps cross as RFC 3339 text, durations as "5400s", bytes as they
 * are; absent facts are left out of maps. In: the bytes come from a process
 * that is treated as hostile: every tag, length, count, depth, text and
 * number is checked, and nothing is believed.
 *
 * Lifetime:  values that come in live in the arena, sharing nothing with the bytes.
 * Limits:    struct hyk_wire_limits.
 * Threads:   one thread at a time.
 * Errors:    false, with the place and the reason in `path`.
 */
#ifndef HYK_SANDBOX_WIRE_VALUE_H
#define HYK_SANDBOX_WIRE_VALUE_H

#include "sandbox/wire.h"
#include "value/value.h"

bool hyk_wire_put_value(struct hyk_wire_out *o, struct hyk_value v,
    const struct hyk_wire_limits *limits, struct hyk_wire_path *path) HYK_MUST_CHECK;
bool hyk_wire_get_value(struct hyk_wire_in *i, const struct hyk_wire_limits *limits,
    struct hyk_arena *arena, struct hyk_value *ret_v, struct hyk_wire_path *path) HYK_MUST_CHECK;

#endif
