/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/convert.h - the wire form to tables of Lua, and back.
 *
 * Back: integers stay integers; a table with the keys 1..n is a list, with
 * texts as keys a map sorted by key, an empty one a map. Functions, NaN,
 * infinities, cycles, mixed and sparse tables, text that is not UTF-8 are
 * refused, with the path of the offender.
 *
 * Threads:   one thread at a time.
 * Errors:    both may raise (memory, budget); refusals are told.
 */
#ifndef HYK_SANDBOX_CONVERT_H
#define HYK_SANDBOX_CONVERT_H

#include <lua.h>

#include "sandbox/wire.h"

/* Pushes one value. Raises when the bytes are no value. */
void hyk_convert_push(lua_State *L, struct hyk_wire_in *in);
/* Writes the value at `index`; false: refused, see path. */
bool hyk_convert_take(lua_State *L, int index, struct hyk_wire_out *out,
    const struct hyk_wire_limits *limits, struct hyk_wire_path *path) HYK_MUST_CHECK;

#endif
