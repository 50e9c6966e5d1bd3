/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/lib.h - the functions a plugin can call; allow.def lists them.
 *
 * Each is an ordinary lua_CFunction that charges the thread's meter for what
 * it does before it does it, reads tables raw and never calls back into the
 * script except where it says so (gsub, sort).
 *
 * Threads:   one thread at a time.
 * Errors:    Lua errors.
 */
#ifndef HYK_SANDBOX_LIB_H
#define HYK_SANDBOX_LIB_H

#include <lua.h>

#include "base/str.h"

#define HYK_ALLOW(library, name, function, reason) int hyk_lib_##function(lua_State *L);
#define HYK_ALLOW_NUMBER(library, name, push, reason)
#include "sandbox/allow.def"
#undef HYK_ALLOW
#undef HYK_ALLOW_NUMBER

/* The table of names, for tests and for messages. */
struct hyk_allowed {
	const char *library, *name;
	lua_CFunction function; /* NULL: a constant */
	const char *reason;
};
extern const struct hyk_allowed hyk_allowed[];
extern const size_t hyk_n_allowed;

/* Makes the globals of a new state from the table alone. May raise. */
void hyk_lib_open(lua_State *L);

/* Pushes the text of the value at `index`: numbers as Lua writes them, no addresses. */
struct hyk_str hyk_lib_push_text(lua_State *L, int index);

/* Takes the memory that re.* needs; before that nothing can be had. False: there is none. */
bool hyk_lib_re_prepare(void) HYK_MUST_CHECK;

/* What a constructor made; kept beside the table, never in it. */
enum hyk_made {
	HYK_MADE_NOTHING,
	HYK_MADE_PLUGIN,
	HYK_MADE_ASSET_TYPE,
	HYK_MADE_SUBJECT_TYPE,
	HYK_MADE_DUTY,
	HYK_MADE_WORKFLOW
};
enum hyk_made hyk_lib_made(lua_State *L, int index, uint32_t *ret_line);
/* Starts and ends the time in which constructors remember. */
void hyk_lib_made_begin(lua_State *L);
void hyk_lib_made_end(lua_State *L);

/* Lines of log() in this call; the sink belongs to the caller. */
#define HYK_LOG_LINES 4
#define HYK_LOG_LINE_BYTES 256
struct hyk_lib_log {
	char text[HYK_LOG_LINES * (HYK_LOG_LINE_BYTES + 1)];
	size_t n;
	unsigned lines;
};
extern _Thread_local struct hyk_lib_log hyk_lib_log;

/* A place to sort keys in, for pairs and for reading results. */
struct hyk_sort_key {
	union {
		struct {
			const char *p;
			size_t n;
		} s;
		lua_Integer i;
		lua_Number d;
	} as;
	uint8_t kind; /* enum hyk_key_kind */
};
enum hyk_key_kind { HYK_KEY_INT, HYK_KEY_FLOAT, HYK_KEY_STRING, HYK_KEY_BOOL };
#define HYK_MAX_KEYS 32768
/*
 * Collects the keys of the table at `index`, in order: numbers, texts by bytes, booleans. The texts
 * stay the table's. Uses the thread's places from `first` on. SIZE_MAX: too many, or a key of
 * another kind, whose type is then *ret_bad.
 */
size_t hyk_lib_keys(
    lua_State *L, int index, size_t first, struct hyk_sort_key **ret_keys, const char **ret_bad);
void hyk_lib_push_key(lua_State *L, const struct hyk_sort_key *k);

#endif
