/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/box.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/box_load.h"
#include "sandbox/convert.h"
#include "sandbox/lib.h"

#define LOAD_FACTOR 10 /* loading happens once and reads a whole file */

static uint32_t
or_default(uint32_t v, uint32_t d)
{
	return v && v < d ? v : d;
}

/* Hard ceilings: options may lower the limits, never raise them. */
void
hyk_box_init(struct hyk_box *b, void *arena, void *vault, void *scratch,
    const struct hyk_jail_limits *limits)
{
	memset(b, 0, sizeof(*b));
	hyk_meter_init(&b->meter, arena, arena ? HYK_BOX_ARENA_BYTES : 0);
	b->vault = vault;
	b->vault_room = HYK_BOX_VAULT_BYTES;
	b->scratch = scratch;
	b->call_limits.units = or_default(limits->units, HYK_BOX_UNITS);
	b->call_limits.heap = or_default(limits->heap_bytes, 256u << 10);
	b->call_limits.block = or_default(limits->block_bytes, 32u << 10);
	b->call_limits.total = or_default(limits->total_bytes, 2u << 20);
	b->load_limits.units = b->call_limits.units * LOAD_FACTOR;
	b->load_limits.heap = 1u << 20;
	b->load_limits.block = 256u << 10;
	b->load_limits.total = 6u << 20;
}

static int
on_panic(lua_State *L)
{
	void *at = NULL;
	struct hyk_box *b;

	lua_getallocf(L, &at);
	b = at; /* the meter is the first member */
	b->n_panics++;
	longjmp(b->panic, 1);
}

bool
hyk_box_guard(struct hyk_box *b, void (*fn)(void *), void *arg)
{
	if (setjmp(b->panic))
		return false;
	fn(arg);
	return true;
}

void
hyk_box_drop_state(struct hyk_box *b, lua_State *L)
{
	/* In the arena there is nothing to give back. After a panic the state is closed as well: it
	 * is only blocks. */
	if (!L || !b->meter.on_malloc)
		return;
	b->meter.L = NULL;
	lua_close(L);
}

lua_State *
hyk_box_new_state(struct hyk_box *b, const struct hyk_meter_limits *limits)
{
	lua_State *L;

	_Static_assert(offsetof(struct hyk_box, meter) == 0, "on_panic finds the box by its meter");
	b->meter.L = NULL;
	if (!b->meter.on_malloc) {
		b->meter.top = 0;
		memset(b->meter.free, 0, sizeof(b->meter.free));
	}
	b->meter.live = 0;
	hyk_meter_begin(&b->meter, limits);
	L = lua_newstate(hyk_meter_alloc, &b->meter);
	if (L) {
		lua_atpanic(L, on_panic);
		hyk_meter_watch(&b->meter, L);
	}
	return L;
}

/* What ended a protected run that did not end well, the strongest reason first. */
enum hyk_jail_outcome
hyk_box_outcome(const struct hyk_box *b, int status)
{
	if (b->meter.mark == HYK_MARK_BUDGET)
		return HYK_JAIL_BUDGET;
	if (b->meter.mark == HYK_MARK_MEMORY || status == LUA_ERRMEM)
		return HYK_JAIL_MEMORY;
	if (status == LUA_OK)
		return HYK_JAIL_OK;
	/* A buffer's growth is not asked for twice; its refusal looks like an error of the
	 * script's. */
	if (b->meter.refused)
		return HYK_JAIL_MEMORY;
	return HYK_JAIL_ERROR;
}

struct hyk_str
hyk_box_message(lua_State *L, int status)
{
	struct hyk_str s = HYK_STR("the error is not a text");

	/* Read as it is and only when it is text: converting would run code and ask for memory. */
	if (status != LUA_OK && lua_gettop(L) > 0 && lua_type(L, -1) == LUA_TSTRING)
		s.p = lua_tolstring(L, -1, &s.n);
	return s;
}

struct call {
	struct hyk_box *box;
	const struct hyk_box_plugin *plugin;
	lua_State *L;
	enum hyk_hook hook;
	bool refused;
	struct hyk_wire_in *request;
	struct hyk_wire_out *out;
	struct hyk_wire_path path;
	size_t at; /* where the reply begins */
};

static bool
takes_event(enum hyk_hook h)
{
	return h == HYK_HOOK_VERIFY || h == HYK_HOOK_ON_EVENT;
}

/* Protected: 1 is the struct call. */
static int
run(lua_State *L)
{
	struct call *c = lua_touserdata(L, 1);
	bool is_body = c->plugin->is_body;
	int n_args = 1, n;
	size_t value_at;

	hyk_box_push_hook(L, is_body ? HYK_HOOK_PERMIT : c->hook);
	hyk_convert_push(L, c->request);
	if (!is_body)
		hyk_box_guard_request(L);
	if (!is_body && takes_event(c->hook) && lua_istable(L, -1)) {
		lua_pushliteral(L, "event");
		lua_rawget(L, -2);
		lua_pushliteral(L, "agreement");
		lua_rawget(L, -3);
		lua_remove(L, -3);
		n_args = 2;
	}
	lua_call(L, n_args, LUA_MULTRET);
	n = lua_gettop(L) - 1;
	if (n > 1) {
		/* Trailing nils are nothing. */
		for (int i = 3; i <= n + 1; i++)
			if (!lua_isnil(L, i)) {
				hyk_wire_path_fail(
				    &c->path, "has %d values; give one, or a list", n);
				c->refused = true;
				break;
			}
	}
	if (n == 0)
		lua_pushnil(L);
	value_at = c->out->n;
	if (!hyk_convert_take(L, 2, c->out, &hyk_box_answer_limits, &c->path)) {
		c->refused = true;
		c->out->n = value_at;
		c->out->full = false;
		hyk_wire_put_u8(c->out, HYK_WIRE_NULL);
	}
	return 0;
}

static void
reply_head(struct hyk_wire_out *out, enum hyk_jail_outcome outcome, uint64_t units, size_t peak)
{
	hyk_wire_put_u8(out, (uint8_t)outcome);
	hyk_wire_put_u32(out, units > UINT32_MAX ? UINT32_MAX : (uint32_t)units);
	hyk_wire_put_u32(out, (uint32_t)peak);
	hyk_wire_put_str(out, hyk_str_make(hyk_lib_log.text, hyk_lib_log.n));
}

static void
reply_error(struct hyk_wire_out *out, enum hyk_jail_outcome outcome, uint64_t units, size_t peak,
    struct hyk_str text)
{
	reply_head(out, outcome, units, peak);
	if (text.n > 512)
		text.n = 512;
	hyk_wire_put_str(out, text);
}

static lua_State *
ready_state(struct hyk_box *b, const struct hyk_box_plugin *p)
{
	lua_State *L;

	if (!b->meter.on_malloc) {
		hyk_meter_restore(&b->meter, &p->image);
		L = b->meter.L;
	} else {
		L = hyk_box_load_again(b, p);
	}
	hyk_meter_begin(&b->meter, &b->call_limits);
	if (L)
		hyk_meter_watch(&b->meter, L);
	return L;
}

/* With a state at hand: what is written so far is the head's place. */
static void
call_guarded(void *arg)
{
	struct call *c = arg;
	struct hyk_box *b = c->box;
	struct hyk_wire_out *out = c->out;
	enum hyk_jail_outcome outcome;
	size_t after_head, n;
	struct hyk_str text;
	int st;

	c->L = ready_state(b, c->plugin);
	if (!c->L) {
		reply_error(
		    out, HYK_JAIL_MEMORY, b->meter.units, b->meter.peak, HYK_STR("out of memory"));
		return;
	}
	/* The value goes behind the longest head and is moved down. */
	after_head = c->at + 16 + sizeof(hyk_lib_log.text) + 256;
	if (after_head > out->cap) {
		out->full = true;
		return;
	}
	out->n = after_head;
	lua_settop(c->L, 0);
	lua_pushcfunction(c->L, run);
	lua_pushlightuserdata(c->L, c);
	st = lua_pcall(c->L, 1, 0, 0);
	outcome = hyk_box_outcome(b, st);
	n = out->n - after_head;
	out->n = c->at;
	if (outcome != HYK_JAIL_OK) {
		text = hyk_box_message(c->L, st);
		if (outcome == HYK_JAIL_BUDGET)
			text = HYK_STR("the work units of a call are used up");
		else if (outcome == HYK_JAIL_MEMORY)
			text = HYK_STR("the memory of a call is used up");
		out->full = false;
		reply_error(out, outcome, b->meter.units, b->meter.peak, text);
		return;
	}
	if (out->full)
		return;
	if (c->refused) {
		char why[256];
		int len = snprintf(why, sizeof(why), "the answer%s%s %s", c->path.n ? ": " : "",
		    c->path.text, c->path.why);

		text = hyk_str_make(why, (size_t)len < sizeof(why) ? (size_t)len : sizeof(why) - 1);
		reply_error(out, HYK_JAIL_BAD_RESULT, b->meter.units, b->meter.peak, text);
	} else {
		reply_head(out, HYK_JAIL_OK, b->meter.units, b->meter.peak);
	}
	memmove(out->p + out->n, out->p + after_head, n);
	out->n += n;
}

void
hyk_box_call(struct hyk_box *b, uint32_t index, enum hyk_hook hook, struct hyk_wire_in *request,
    struct hyk_wire_out *out)
{
	const struct hyk_box_plugin *p = index < HYK_BOX_PLUGINS ? &b->plugins[index] : NULL;
	struct call c = {
		.box = b, .plugin = p, .hook = hook, .request = request, .out = out, .at = out->n
	};

	hyk_lib_log.n = 0;
	hyk_lib_log.lines = 0;
	if (!p || !p->loaded || (!p->is_body && !(p->hooks & 1u << hook))) {
		reply_error(out, HYK_JAIL_REJECT_LOAD, 0, 0,
		    p && p->loaded ? HYK_STR("the plugin has no such hook")
				   : HYK_STR("the plugin is not loaded"));
		return;
	}
	hyk_wire_path_init(&c.path);
	if (!hyk_box_guard(b, call_guarded, &c)) {
		out->n = c.at;
		out->full = false;
		reply_error(
		    out, HYK_JAIL_MEMORY, b->meter.units, b->meter.peak, HYK_STR("out of memory"));
	}
	hyk_box_drop_state(b, c.L);
}

struct probing {
	struct hyk_box *box;
	lua_State *L;
	const char *why;
};

static int
probe(lua_State *L)
{
	static const char *const absent[] = { "setmetatable", "getmetatable", "rawset", "rawget",
		"load", "loadstring", "dofile", "loadfile", "require", "package", "debug", "os",
		"io", "coroutine", "collectgarbage", "pcall", "xpcall", "next", "print", "warn",
		"_G", "arg", "rawequal", "rawlen" };
	struct probing *p = lua_touserdata(L, 1);

	hyk_lib_open(L);
	lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	for (size_t i = 0; i < HYK_ARRAY_LEN(absent); i++) {
		lua_getfield(L, -1, absent[i]);
		if (!lua_isnil(L, -1))
			p->why = "a name that is not on the allow-list can be reached";
		lua_pop(L, 1);
	}
	if (!hyk_meter_is_wrapped(L))
		p->why = "the program was linked without the metered functions (-Wl,--wrap)";
	return 0;
}

static void
probe_guarded(void *arg)
{
	struct probing *p = arg;

	p->L = hyk_box_new_state(p->box, &p->box->load_limits);
	if (!p->L) {
		p->why = "the library makes no state";
		return;
	}
	if (lua_version(p->L) != LUA_VERSION_NUM)
		p->why = "the library has another version than its header";
	lua_pushcfunction(p->L, probe);
	lua_pushlightuserdata(p->L, p);
	if (lua_pcall(p->L, 1, 0, 0) != LUA_OK)
		p->why = "the library fails at once";
}

const char *
hyk_box_self_test(struct hyk_box *b)
{
	struct probing p = { .box = b };

	if (!hyk_box_guard(b, probe_guarded, &p))
		p.why = "the library panics";
	hyk_box_drop_state(b, p.L);
	return p.why;
}
