/* SPDX-License-Identifier: Apache-2.0 */
/* A text becomes a loaded plugin: its manifest goes out, its hooks stay in the image. */
#include "sandbox/box_load.h"

#include <lauxlib.h>
#include <string.h>

#include "sandbox/convert.h"
#include "sandbox/lib.h"

static const char hooks_key, guards_key;

struct load {
	struct hyk_box *box;
	struct hyk_str text, params;
	bool is_body, parsed;
	unsigned part;            /* of the text, for the reader */
	struct hyk_wire_out *out; /* NULL: no manifest wanted */
	struct hyk_box_plugin *plugin;
	struct hyk_wire_out *reply;
	size_t at; /* where the reply begins */
	lua_State *L;
	uint32_t line;
	uint8_t hooks;
	struct hyk_wire_path path;
	bool form_is_wrong;
};

/* A body is the inside of function(req) ... end; on one line, so that its own lines keep their
 * numbers. */
static const char *
next_part(lua_State *L, void *load, size_t *ret_n)
{
	struct load *l = load;

	(void)L;
	if (l->part == 0) {
		l->part = 1;
		if (l->is_body) {
			*ret_n = sizeof("local req = ...; ") - 1;
			return "local req = ...; ";
		}
	}
	if (l->part == 1) {
		l->part = 2;
		*ret_n = l->text.n;
		return l->text.p;
	}
	*ret_n = 0;
	return NULL;
}

static int
wrong(lua_State *L, struct load *l, uint32_t line)
{
	l->form_is_wrong = true;
	l->line = line;
	return lua_error(L);
}

void
hyk_box_push_hook(lua_State *L, enum hyk_hook h)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &hooks_key);
	lua_rawgeti(L, -1, (lua_Integer)h + 1);
	lua_remove(L, -2);
	if (!lua_isfunction(L, -1))
		luaL_error(L, "there is no such hook");
}

/* The parts of a request whose fields a plugin declares that it reads. */
static const char *const guarded[] = { "subject", "resource", "context", "agreement" };

/* Upvalues: the list of reads, the part ("": the request itself). Runs for what is not there only.
 */
static int
missing_field(lua_State *L)
{
	const char *part = lua_tostring(L, lua_upvalueindex(2)), *key, *path;
	size_t n = (size_t)lua_rawlen(L, lua_upvalueindex(1)), path_n;
	bool is_part = false;

	if (lua_type(L, 2) != LUA_TSTRING)
		return 0;
	key = lua_tostring(L, 2);
	for (size_t i = 0; i < HYK_ARRAY_LEN(guarded); i++)
		is_part = is_part || strcmp(key, guarded[i]) == 0;
	if (!part[0] && !is_part)
		return 0;
	hyk_meter_charge(L, 4 + n + (uint64_t)lua_rawlen(L, 2) / 16);
	path = part[0] ? lua_pushfstring(L, "%s.%s", part, key) : lua_pushstring(L, key);
	path_n = strlen(path);
	for (size_t i = 1; i <= n; i++) {
		const char *read;
		bool covers;

		lua_rawgeti(L, lua_upvalueindex(1), (lua_Integer)i);
		read = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
		/* The path itself, something within it, or the whole part it belongs to. */
		covers = (strncmp(read, path, path_n) == 0 &&
			     (read[path_n] == '\0' || read[path_n] == '.')) ||
		    (part[0] && strcmp(read, part) == 0);
		lua_pop(L, 1);
		if (covers)
			return 0;
	}
	return luaL_error(
	    L, "'%s' is not declared; write reads = { \"%s\" } in plugin { ... }", path, path);
}

/* Metatables of the request's parts, made once; the plugin never sees them. "reads" of the manifest
 * at 2. */
static void
make_guards(lua_State *L)
{
	lua_newtable(L);
	if (lua_getfield(L, 2, "reads") != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
	}
	for (size_t i = 0; i <= HYK_ARRAY_LEN(guarded); i++) {
		lua_newtable(L);
		lua_pushvalue(L, -2);
		lua_pushstring(L, i ? guarded[i - 1] : "");
		lua_pushcclosure(L, missing_field, 2);
		lua_setfield(L, -2, "__index");
		lua_setfield(L, -3, i ? guarded[i - 1] : "");
	}
	lua_pop(L, 1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &guards_key);
}

void
hyk_box_guard_request(lua_State *L)
{
	int request = lua_gettop(L), guards;

	if (!lua_istable(L, request) ||
	    lua_rawgetp(L, LUA_REGISTRYINDEX, &guards_key) != LUA_TTABLE) {
		lua_settop(L, request);
		return;
	}
	guards = request + 1;
	for (size_t i = 0; i < HYK_ARRAY_LEN(guarded); i++) {
		lua_pushstring(L, guarded[i]);
		if (lua_rawget(L, request) == LUA_TTABLE) {
			lua_getfield(L, guards, guarded[i]);
			lua_setmetatable(L, -2);
		}
		lua_settop(L, guards);
	}
	lua_getfield(L, guards, "");
	lua_setmetatable(L, request);
	lua_settop(L, request);
}

/* Lists with the positional parts of the plugin at 1, into the manifest at 2. */
static void
sort_parts(lua_State *L, struct load *l, uint32_t plugin_line)
{
	static const char *const lists[] = { NULL, NULL, "asset_types", "subject_types", "duties" };
	lua_Integer n = (lua_Integer)lua_rawlen(L, 1);

	for (size_t i = HYK_MADE_ASSET_TYPE; i <= HYK_MADE_DUTY; i++) {
		lua_newtable(L);
		lua_setfield(L, 2, lists[i]);
	}
	for (lua_Integer i = 1; i <= n; i++) {
		uint32_t line;
		enum hyk_made made;

		hyk_meter_charge(L, 4);
		lua_rawgeti(L, 1, i);
		made = hyk_lib_made(L, -1, &line);
		if (made < HYK_MADE_ASSET_TYPE || made > HYK_MADE_WORKFLOW) {
			lua_pushfstring(L,
			    "part %I of plugin { ... } is a %s; parts without a name are made with "
			    "asset_type { ... }, subject_type { ... }, duty \"name\" { ... } or "
			    "workflow { ... }",
			    (LUAI_UACINT)i, lua_typename(L, lua_type(L, -1)));
			wrong(L, l, plugin_line);
		}
		lua_pushinteger(L, line);
		lua_setfield(L, -2, "line");
		if (made == HYK_MADE_WORKFLOW) {
			if (lua_getfield(L, 2, "workflow") != LUA_TNIL) {
				lua_pushliteral(L, "a plugin has one workflow { ... }");
				wrong(L, l, line);
			}
			lua_pop(L, 1);
			lua_setfield(L, 2, "workflow");
			continue;
		}
		lua_getfield(L, 2, lists[made]);
		lua_insert(L, -2);
		lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
		lua_pop(L, 1);
	}
}

/* Hooks stay here; the manifest has their names. The table of hooks is on top. */
static void
keep_hooks(lua_State *L, struct load *l, uint32_t plugin_line)
{
	int hooks = lua_gettop(L), kept;
	lua_Integer n = 0;

	lua_newtable(L);
	kept = lua_gettop(L);
	lua_newtable(L);
	if (!lua_isnil(L, hooks)) {
		if (!lua_istable(L, hooks)) {
			lua_pushliteral(L,
			    "hooks is no table; write hooks = { permit = function(req) ... end }");
			wrong(L, l, plugin_line);
		}
		lua_pushnil(L);
		while (lua_next(L, hooks)) {
			const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2)
									  : "?";
			int h = 0;

			hyk_meter_charge(L, 4);
			while (
			    h < HYK_N_HOOKS && strcmp(name, hyk_hook_name((enum hyk_hook)h)) != 0)
				h++;
			if (h == HYK_N_HOOKS) {
				lua_pushfstring(L,
				    "there is no hook '%s'; hooks are identify, enrich, permit, "
				    "liability, verify, on_event",
				    name);
				wrong(L, l, plugin_line);
			}
			if (!lua_isfunction(L, -1)) {
				lua_pushfstring(L, "hook '%s' is a %s, not a function", name,
				    lua_typename(L, lua_type(L, -1)));
				wrong(L, l, plugin_line);
			}
			l->hooks |= (uint8_t)(1u << h);
			lua_rawseti(L, kept, h + 1);
		}
		for (int h = 0; h < HYK_N_HOOKS; h++)
			if (l->hooks & 1u << h) {
				lua_pushstring(L, hyk_hook_name((enum hyk_hook)h));
				lua_rawseti(L, kept + 1, ++n);
			}
	}
	lua_setfield(L, 2, "hooks");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &hooks_key);
	lua_pop(L, 1);
}

/* params = { name = { default = v } }: hooks see params.name. The table was there all along, so a
 * local of it works. */
static void
fill_params(lua_State *L)
{
	if (lua_getfield(L, 2, "params") == LUA_TTABLE) {
		lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
		lua_getfield(L, -1, "params");
		lua_remove(L, -2);
		if (lua_istable(L, -1)) {
			lua_pushnil(L);
			while (lua_next(L, -3)) {
				hyk_meter_charge(L, 4);
				if (lua_istable(L, -1)) {
					lua_pushvalue(L, -2);
					lua_getfield(L, -2, "default");
					lua_rawset(L, -5);
				}
				lua_pop(L, 1);
			}
		}
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

/* Those that were given stand instead of defaults. */
static void
give_params(lua_State *L, struct hyk_str given)
{
	struct hyk_wire_in in = { (const uint8_t *)given.p, given.n, 0, false };

	if (given.n == 0)
		return;
	lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	lua_getfield(L, -1, "params");
	lua_remove(L, -2);
	hyk_convert_push(L, &in);
	if (lua_istable(L, -2) && lua_istable(L, -1)) {
		lua_pushnil(L);
		while (lua_next(L, -2)) {
			hyk_meter_charge(L, 4);
			lua_pushvalue(L, -2);
			lua_insert(L, -2);
			lua_rawset(L, -5);
		}
	}
	lua_pop(L, 2);
}

void
hyk_box_give_params(struct hyk_box *b, uint32_t index, struct hyk_str params)
{
	if (index < HYK_BOX_PLUGINS)
		b->plugins[index].params = params;
}

/* The plugin's table is at 1. */
static void
read_plugin(lua_State *L, struct load *l)
{
	uint32_t line;
	struct hyk_sort_key *keys;
	const char *bad;
	size_t n;

	if (hyk_lib_made(L, 1, &line) != HYK_MADE_PLUGIN) {
		lua_pushfstring(L, "the file gives a %s; it must end in: return plugin { ... }",
		    lua_typename(L, lua_type(L, 1)));
		wrong(L, l, 1);
	}
	l->line = line;
	lua_newtable(L);
	n = hyk_lib_keys(L, 1, 0, &keys, &bad);
	if (n == SIZE_MAX) {
		lua_pushliteral(
		    L, "plugin { ... } has a key that is neither a name nor a position");
		wrong(L, l, line);
	}
	for (size_t i = 0; i < n; i++) {
		if (keys[i].kind != HYK_KEY_STRING)
			continue;
		hyk_meter_charge(L, 4);
		hyk_lib_push_key(L, &keys[i]);
		lua_pushvalue(L, -1);
		lua_rawget(L, 1);
		lua_rawset(L, 2);
	}
	sort_parts(L, l, line);
	lua_pushinteger(L, line);
	lua_setfield(L, 2, "line");
	lua_getfield(L, 2, "hooks");
	keep_hooks(L, l, line);
	fill_params(L);
	give_params(L, l->params);
	make_guards(L);
	if (l->out && !hyk_convert_take(L, 2, l->out, &hyk_box_manifest_limits, &l->path)) {
		lua_pushfstring(
		    L, "%s%s%s", l->path.text, l->path.n ? " " : "the plugin ", l->path.why);
		wrong(L, l, line);
	}
}

/* Protected: 1 is the struct load. */
static int
load(lua_State *L)
{
	struct load *l = lua_touserdata(L, 1);

	lua_settop(L, 0);
	hyk_lib_open(L);
	hyk_lib_made_begin(L);
	if (lua_load(L, next_part, l, "=p", "t") != LUA_OK)
		return lua_error(L);
	l->parsed = true;
	if (l->is_body) {
		lua_newtable(L);
		lua_insert(L, 1);
		lua_rawseti(L, 1, HYK_HOOK_PERMIT + 1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &hooks_key);
		give_params(L, l->params);
	} else {
		lua_call(L, 0, 1);
		read_plugin(L, l);
	}
	hyk_lib_made_end(L);
	lua_settop(L, 0);
	lua_gc(L, LUA_GCCOLLECT);
	return 0;
}

/* "p:12: text": the line, and the text without it. */
static uint32_t
split_line(struct hyk_str *s)
{
	uint32_t line = 0;
	size_t i = 2;

	if (s->n < 4 || s->p[0] != 'p' || s->p[1] != ':')
		return 0;
	while (i < s->n && i < 9 && s->p[i] >= '0' && s->p[i] <= '9')
		line = line * 10 + (uint32_t)(s->p[i++] - '0');
	if (i + 1 >= s->n || s->p[i] != ':' || s->p[i + 1] != ' ')
		return 0;
	*s = hyk_str_make(s->p + i + 2, s->n - i - 2);
	return line;
}

static void
reply_failed(struct hyk_wire_out *out, enum hyk_box_load how, uint32_t line, struct hyk_str text)
{
	hyk_wire_put_u8(out, (uint8_t)how);
	hyk_wire_put_u32(out, line);
	if (text.n > 512)
		text.n = 512;
	hyk_wire_put_str(out, text);
}

static void
reply_error(struct hyk_box *b, const struct load *l, lua_State *L, int st, struct hyk_wire_out *out)
{
	struct hyk_str text = hyk_box_message(L, st);
	uint32_t line = split_line(&text);
	enum hyk_jail_outcome o = hyk_box_outcome(b, st);

	if (o == HYK_JAIL_BUDGET)
		reply_failed(out, HYK_BOX_BUDGET, line, HYK_STR(""));
	else if (o == HYK_JAIL_MEMORY)
		reply_failed(out, HYK_BOX_MEMORY, line, HYK_STR(""));
	else if (l->form_is_wrong)
		reply_failed(out, HYK_BOX_FORM, l->line, text);
	else
		reply_failed(out, l->parsed ? HYK_BOX_RAISED : HYK_BOX_SYNTAX, line, text);
}

static void
load_guarded(void *arg)
{
	struct load *l = arg;
	struct hyk_box *b = l->box;
	struct hyk_box_plugin *p = l->plugin;
	struct hyk_wire_out *out = l->reply;
	size_t used = 0;
	int st;

	l->L = hyk_box_new_state(b, &b->load_limits);
	if (!l->L) {
		reply_failed(out, HYK_BOX_MEMORY, 0, HYK_STR(""));
		return;
	}
	hyk_wire_put_u8(out, HYK_BOX_LOADED);
	lua_pushcfunction(l->L, load);
	lua_pushlightuserdata(l->L, l);
	st = lua_pcall(l->L, 1, 0, 0);
	if (st == LUA_OK && p->is_body)
		hyk_wire_put_u8(out, HYK_WIRE_NULL);
	if (st != LUA_OK || b->meter.mark) {
		out->n = l->at;
		out->full = false;
		reply_error(b, l, l->L, st, out);
		return;
	}
	p->hooks = l->hooks;
	/* A plugin that fills its heap while it loads has nothing left for its calls. */
	if (b->meter.live > b->call_limits.heap / 4 * 3 ||
	    (!b->meter.on_malloc &&
		!hyk_meter_snapshot(&b->meter, b->vault + b->vault_used,
		    b->vault_room - b->vault_used, b->scratch, &p->image, &used))) {
		out->n = l->at;
		reply_failed(out, HYK_BOX_MEMORY, l->line, HYK_STR(""));
		return;
	}
	b->vault_used += (used + 63) / 64 * 64;
	p->loaded = true;
}

void
hyk_box_load(
    struct hyk_box *b, uint32_t index, struct hyk_str text, bool is_body, struct hyk_wire_out *out)
{
	struct hyk_box_plugin *p = &b->plugins[index];
	struct hyk_str params = p->params;
	struct load l = { .box = b,
		.plugin = p,
		.text = text,
		.params = params,
		.is_body = is_body,
		.out = is_body ? NULL : out,
		.reply = out,
		.at = out->n };

	memset(p, 0, sizeof(*p));
	p->is_body = is_body;
	p->text = text;
	p->params = params;
	if (text.n > HYK_BOX_SOURCE_BYTES) {
		reply_failed(out, HYK_BOX_TOO_LONG, 0, HYK_STR(""));
		return;
	}
	hyk_wire_path_init(&l.path);
	if (!hyk_box_guard(b, load_guarded, &l)) {
		out->n = l.at;
		out->full = false;
		p->loaded = false;
		reply_failed(out, HYK_BOX_MEMORY, 0, HYK_STR(""));
	}
	hyk_box_drop_state(b, l.L);
}

lua_State *
hyk_box_load_again(struct hyk_box *b, const struct hyk_box_plugin *p)
{
	struct load l = { .box = b, .text = p->text, .params = p->params, .is_body = p->is_body };
	lua_State *L = hyk_box_new_state(b, &b->load_limits);

	if (!L)
		return NULL;
	hyk_wire_path_init(&l.path);
	lua_pushcfunction(L, load);
	lua_pushlightuserdata(L, &l);
	if (lua_pcall(L, 1, 0, 0) == LUA_OK && !b->meter.mark)
		return L;
	hyk_box_drop_state(b, L);
	return NULL;
}
