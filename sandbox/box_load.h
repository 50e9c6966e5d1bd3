/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/box_load.h - between box.c and box_load.c: states, and what a loaded one remembers.
 * Threads: one thread at a time.
 */
#ifndef HYK_SANDBOX_BOX_LOAD_H
#define HYK_SANDBOX_BOX_LOAD_H

#include "sandbox/box.h"

/* Runs fn(arg); false: the library panicked, which it should never do, and the state is lost. */
bool hyk_box_guard(struct hyk_box *b, void (*fn)(void *), void *arg) HYK_MUST_CHECK;
void hyk_box_drop_state(struct hyk_box *b, lua_State *L);
/* A new, empty, watched state in the box's arena; NULL: no memory. */
lua_State *hyk_box_new_state(struct hyk_box *b, const struct hyk_meter_limits *limits);
enum hyk_jail_outcome hyk_box_outcome(const struct hyk_box *b, int status);
/* The error on top of the stack, when it is text. */
struct hyk_str hyk_box_message(lua_State *L, int status);
/* The hook's function; raises when there is none. */
void hyk_box_push_hook(lua_State *L, enum hyk_hook h);
/* Reading what the plugin does not declare becomes an error in the request on top of the stack. */
void hyk_box_guard_request(lua_State *L);
/* Loads the plugin's text once more (no images with malloc); NULL: no memory. */
lua_State *hyk_box_load_again(struct hyk_box *b, const struct hyk_box_plugin *p);

#endif
