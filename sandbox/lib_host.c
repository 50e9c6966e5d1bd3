/* SPDX-License-Identifier: Apache-2.0 */
/* contains, log, and the constructors of declarations and answers. */
#include "sandbox/lib.h"

#include <lauxlib.h>
#include <string.h>

#include "sandbox/meter.h"

_Thread_local struct hyk_lib_log hyk_lib_log;

int
hyk_lib_host_contains(lua_State *L)
{
	lua_Integer n;

	luaL_checkany(L, 2);
	if (lua_isnil(L, 1)) {
		lua_pushboolean(L, 0);
		return 1;
	}
	luaL_checktype(L, 1, LUA_TTABLE);
	n = (lua_Integer)lua_rawlen(L, 1);
	for (lua_Integer i = 1; i <= n; i++) {
		bool same;

		hyk_meter_charge(L, 1);
		lua_rawgeti(L, 1, i);
		if (lua_type(L, -1) == LUA_TSTRING && lua_type(L, 2) == LUA_TSTRING)
			hyk_meter_charge(L, (uint64_t)lua_rawlen(L, -1) / 64);
		same = lua_rawequal(L, -1, 2);
		lua_pop(L, 1);
		if (same) {
			lua_pushboolean(L, 1);
			return 1;
		}
	}
	lua_pushboolean(L, 0);
	return 1;
}

int
hyk_lib_host_log(lua_State *L)
{
	struct hyk_lib_log *log = &hyk_lib_log;
	struct hyk_str s;

	luaL_checkany(L, 1);
	s = hyk_lib_push_text(L, 1);
	hyk_meter_charge(L, 8);
	if (log->lines == HYK_LOG_LINES)
		return 0;
	if (s.n > HYK_LOG_LINE_BYTES)
		s.n = HYK_LOG_LINE_BYTES;
	log->lines++;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		log->text[log->n++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	log->text[log->n++] = '\n';
	return 0;
}

static const char made_key;

void
hyk_lib_made_begin(lua_State *L)
{
	lua_newtable(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &made_key);
}

void
hyk_lib_made_end(lua_State *L)
{
	lua_pushnil(L);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &made_key);
}

enum hyk_made
hyk_lib_made(lua_State *L, int index, uint32_t *ret_line)
{
	lua_Integer v = 0;

	*ret_line = 0;
	index = lua_absindex(L, index);
	if (lua_istable(L, index) && lua_rawgetp(L, LUA_REGISTRYINDEX, &made_key) == LUA_TTABLE) {
		lua_pushvalue(L, index);
		lua_rawget(L, -2);
		v = lua_tointeger(L, -1);
		lua_pop(L, 2);
	}
	*ret_line = (uint32_t)(v >> 8);
	return (enum hyk_made)(v & 0xff);
}

/* Notes what the table at 1 is and where it was made; gives it back. */
static int
make(lua_State *L, enum hyk_made what, const char *name)
{
	lua_Debug ar;
	lua_Integer line = 0;

	if (lua_type(L, 1) != LUA_TTABLE)
		return luaL_error(L, "%s takes a table: %s { ... }", name, name);
	if (lua_getstack(L, 1, &ar) && lua_getinfo(L, "l", &ar) && ar.currentline > 0)
		line = ar.currentline;
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &made_key) != LUA_TTABLE)
		return luaL_error(
		    L, "%s declares; it belongs at the top of the file, not in a hook", name);
	lua_pushvalue(L, 1);
	lua_pushinteger(L, line << 8 | (lua_Integer)what);
	lua_rawset(L, -3);
	lua_settop(L, 1);
	return 1;
}

int
hyk_lib_make_plugin(lua_State *L)
{
	return make(L, HYK_MADE_PLUGIN, "plugin");
}

int
hyk_lib_make_asset_type(lua_State *L)
{
	return make(L, HYK_MADE_ASSET_TYPE, "asset_type");
}

int
hyk_lib_make_subject_type(lua_State *L)
{
	return make(L, HYK_MADE_SUBJECT_TYPE, "subject_type");
}

int
hyk_lib_make_workflow(lua_State *L)
{
	return make(L, HYK_MADE_WORKFLOW, "workflow");
}

static int
finish_duty(lua_State *L)
{
	if (lua_type(L, 1) != LUA_TTABLE)
		return luaL_error(L, "duty takes a name and a table: duty \"name\" { ... }");
	lua_settop(L, 1);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_setfield(L, 1, "name");
	return make(L, HYK_MADE_DUTY, "duty");
}

int
hyk_lib_make_duty(lua_State *L)
{
	if (lua_type(L, 1) != LUA_TSTRING)
		return luaL_error(L, "duty takes a name and a table: duty \"name\" { ... }");
	lua_settop(L, 1);
	lua_pushcclosure(L, finish_duty, 1);
	return 1;
}

/* {answer = "...", field 1 = argument 1, ...} */
static int
answer(lua_State *L, const char *name, int n, const char *const *fields)
{
	lua_settop(L, n);
	lua_createtable(L, 0, n + 1);
	lua_pushstring(L, name);
	lua_setfield(L, -2, "answer");
	for (int i = 0; i < n; i++) {
		lua_pushvalue(L, i + 1);
		lua_setfield(L, -2, fields[i]);
	}
	return 1;
}

int
hyk_lib_make_permit(lua_State *L)
{
	static const char *const fields[] = { "code", "text" };

	return answer(L, "permit", 2, fields);
}

int
hyk_lib_make_forbid(lua_State *L)
{
	static const char *const fields[] = { "code", "text", "offer" };

	luaL_checktype(L, 1, LUA_TSTRING);
	return answer(L, "forbid", 3, fields);
}

int
hyk_lib_make_need(lua_State *L)
{
	static const char *const fields[] = { "fact", "code", "text" };

	luaL_checktype(L, 1, LUA_TSTRING);
	return answer(L, "need", 3, fields);
}

int
hyk_lib_make_owe(lua_State *L)
{
	static const char *const fields[] = { "duty", "terms", "code", "text" };

	luaL_checktype(L, 1, LUA_TSTRING);
	lua_settop(L, 4);
	if (lua_isnil(L, 2)) {
		lua_newtable(L);
		lua_replace(L, 2);
	}
	luaL_checktype(L, 2, LUA_TTABLE);
	return answer(L, "owe", 4, fields);
}

int
hyk_lib_make_point(lua_State *L)
{
	static const char *const fields[] = { "points", "reason" };

	luaL_checktype(L, 1, LUA_TNUMBER);
	return answer(L, "point", 2, fields);
}

int
hyk_lib_make_accept(lua_State *L)
{
	return answer(L, "accept", 0, NULL);
}

int
hyk_lib_make_reject(lua_State *L)
{
	static const char *const fields[] = { "code", "text" };

	luaL_checktype(L, 1, LUA_TSTRING);
	return answer(L, "reject", 2, fields);
}
