/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/jail.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "sandbox/answer.h"
#include "sandbox/cell.h"
#include "sandbox/forms.h"
#include "sandbox/manifest.h"
#include "sandbox/wire_value.h"

#define MESSAGE_BYTES 256
#define MOST_AGAIN 3
#define HEAVY_NS ((uint64_t)5 * 1000000u) /* of the jail's own time; a fifth of the deadline */

struct hyk_jail {
	struct hyk_cell cell;
	char *program;
	struct hyk_jail_limits limits;
	uint32_t heavy_units; /* a call that costs so much is a heavy one */
	uint8_t *load;        /* the load message, for every new process */
	size_t load_n;
	struct hyk_str *names; /* of the sources, copied */
	bool *is_body;
	size_t n;
	struct hyk_standing *standing;
	uint8_t *copy; /* what was answered, out of the jail's reach */
	size_t copy_room;
	struct hyk_jail_stats stats;
};

/* --- starting ------------------------------------------------------------ */

/* The program beside this one's own file. */
static char *
default_program(void)
{
	static const char name[] = "hyangyak-jail";
	char *path = hyk_malloc(4096);
	ssize_t n = path ? readlink("/proc/self/exe", path, 4096 - sizeof(name)) : -1;
	char *slash;

	if (n <= 0) {
		hyk_free(path);
		return NULL;
	}
	path[n] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash ? slash + 1 : path, name, sizeof(name));
	return path;
}

static bool
make_load_message(struct hyk_jail *j, const struct hyk_jail_source *sources, size_t n,
    const struct hyk_value *params)
{
	struct hyk_wire_out out = { 0 };
	struct hyk_wire_path path;
	size_t bytes = 5, at;

	for (size_t i = 0; i < n; i++)
		bytes += 9 + sources[i].text.n;
	if (params)
		bytes += hyk_box_request_limits.bytes * 2;
	j->load = hyk_malloc(bytes);
	if (!j->load)
		return false;
	out.p = j->load;
	out.cap = bytes;
	hyk_wire_put_u8(&out, HYK_OP_LOAD);
	hyk_wire_put_u32(&out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		hyk_wire_put_u8(&out, sources[i].is_body);
		hyk_wire_put_str(&out, sources[i].text);
		hyk_wire_put_u32(&out, 0);
		at = out.n;
		hyk_wire_path_init(&path);
		if (params && i == n - 1 &&
		    !hyk_wire_put_value(&out, *params, &hyk_box_request_limits, &path))
			return false;
		hyk_wire_patch_u32(&out, at - 4, (uint32_t)(out.n - at));
	}
	j->load_n = out.n;
	return !out.full;
}

static bool
copy_names(struct hyk_jail *j, const struct hyk_jail_source *sources, size_t n)
{
	size_t bytes = 1;
	char *p;

	for (size_t i = 0; i < n; i++)
		bytes += sources[i].name.n;
	j->is_body = hyk_malloc((n + 1) * sizeof(*j->is_body));
	j->names = hyk_malloc((n + 1) * sizeof(*j->names) + bytes);
	if (!j->is_body || !j->names)
		return false;
	p = (char *)(j->names + n + 1);
	for (size_t i = 0; i < n; i++) {
		if (sources[i].name.n)
			memcpy(p, sources[i].name.p, sources[i].name.n);
		j->names[i] = hyk_str_make(p, sources[i].name.n);
		p += sources[i].name.n;
		j->is_body[i] = sources[i].is_body;
	}
	return true;
}

static enum hyk_status
unsafe(struct hyk_diags *diags, const char *why)
{
	HYK_DIAG(diags, HYK_D_JAIL_UNSAFE, NULL, HYK_NO_SPAN, hyk_str_from_c(why));
	return HYK_E_FAULT;
}

/* Sizes first: what is too long never leaves the engine. */
static enum hyk_status
check_sizes(const struct hyk_jail_source *sources, size_t n, struct hyk_arena *arena,
    struct hyk_diags *diags)
{
	enum hyk_status st = HYK_OK;

	if (n > HYK_BOX_PLUGINS) {
		HYK_DIAG(diags, HYK_D_PLUGIN_TOO_MANY, NULL, HYK_NO_SPAN, HYK_STR("64"));
		return HYK_E_INVALID;
	}
	for (size_t i = 0; i < n; i++)
		if (sources[i].text.n > HYK_BOX_SOURCE_BYTES) {
			const struct hyk_source *src = hyk_source_new(
			    arena, sources[i].name, sources[i].text);

			HYK_DIAG(diags, HYK_D_PLUGIN_TOO_LONG, src, HYK_NO_SPAN, HYK_STR("65536"));
			st = HYK_E_INVALID;
		}
	return st;
}

static enum hyk_status
make(struct hyk_jail *j, const struct hyk_jail_options *options,
    const struct hyk_jail_source *sources, size_t n)
{
	j->n = n;
	j->limits = options->limits;
	if (!j->limits.deadline_ms)
		j->limits.deadline_ms = 25;
	if (!j->limits.strikes)
		j->limits.strikes = HYK_STRIKES;
	j->heavy_units = HYK_BOX_UNITS / 2;
	if (j->limits.units && j->limits.units < HYK_BOX_UNITS)
		j->heavy_units = j->limits.units / 2;
	j->standing = options->standing ? hyk_standing_ref(options->standing)
					: hyk_standing_new(n, j->limits.strikes);
	j->program = options->program ? strdup(options->program) : default_program();
	if (!j->standing || !j->program || !make_load_message(j, sources, n, options->params) ||
	    !copy_names(j, sources, n))
		return HYK_E_NOMEM;
	j->cell.options = (struct hyk_process_options){ .program = j->program,
		.cpu = options->cpu,
		.allow_counter = options->allow_counter,
		.behind = options->behind,
		.limits = j->limits };
	j->cell.load = j->load;
	j->cell.load_n = j->load_n;
	j->cell.n_plugins = (uint32_t)n;
	return HYK_OK;
}

enum hyk_status
hyk_jail_open(const struct hyk_jail_options *options, const struct hyk_jail_source *sources,
    size_t n, struct hyk_arena *arena, struct hyk_jail **ret_jail, struct hyk_value *ret_manifests,
    struct hyk_diags *diags)
{
	struct hyk_jail *j = NULL;
	uint8_t *reply = NULL;
	size_t reply_n = 0;
	struct hyk_wire_in in;
	enum hyk_status st;
	char why[256];

	st = check_sizes(sources, n, arena, diags);
	if (st != HYK_OK)
		return st;
	j = hyk_malloc(sizeof(*j));
	if (!j)
		return HYK_E_NOMEM;
	memset(j, 0, sizeof(*j));
	st = make(j, options, sources, n);
	if (st != HYK_OK)
		goto out;
	st = hyk_cell_open(&j->cell, &reply, &reply_n, why, sizeof(why));
	if (st != HYK_OK) {
		st = st == HYK_E_NOMEM ? st : unsafe(diags, why);
		goto out;
	}
	in = (struct hyk_wire_in){ reply, reply_n, 0, false };
	st = hyk_manifest_read(&in, sources, n, arena, ret_manifests, diags);
	if (st != HYK_OK)
		goto out;
	*ret_jail = j;
	j = NULL;
out:
	hyk_free(reply);
	hyk_jail_close(j);
	return st;
}

void
hyk_jail_close(struct hyk_jail *j)
{
	if (!j)
		return;
	hyk_cell_close(&j->cell);
	hyk_standing_unref(j->standing);
	hyk_free(j->program);
	hyk_free(j->load);
	hyk_free(j->names);
	hyk_free(j->is_body);
	hyk_free(j->copy);
	hyk_free(j);
}

/* --- running -------------------------------------------------------------- */

static struct hyk_str
message(struct hyk_arena *arena, struct hyk_str file, struct hyk_str s)
{
	char *out = hyk_arena_alloc(arena, MESSAGE_BYTES + 8);
	size_t n = 0, at = 0;

	if (!out)
		return hyk_str_make("", 0);
	/* The chunk is called p; its people know it by its path. */
	if (s.n > 2 && s.p[0] == 'p' && s.p[1] == ':' && s.n > 3 && s.p[2] >= '0' &&
	    s.p[2] <= '9') {
		size_t from = file.n > 100 ? file.n - 100 : 0;

		n = file.n - from;
		if (n)
			memcpy(out, file.p + from, n);
		at = 1;
	}
	while (at < s.n) {
		uint32_t c = hyk_utf8_next(s, &at);
		char enc[4];
		size_t len;

		if (c == HYK_UTF8_INVALID || c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
		    c == 0x2029)
			c = '?';
		len = hyk_utf8_encode(c, enc);
		if (n + len > MESSAGE_BYTES)
			break;
		memcpy(out + n, enc, len);
		n += len;
	}
	return hyk_str_make(out, n);
}

static struct hyk_str
log_text(struct hyk_arena *arena, struct hyk_str s)
{
	char *out;
	size_t n = 0, at = 0;

	if (s.n == 0 || s.n > 2048)
		return hyk_str_make("", 0);
	out = hyk_arena_alloc(arena, s.n);
	if (!out)
		return hyk_str_make("", 0);
	while (at < s.n) {
		size_t was = at;
		uint32_t c = hyk_utf8_next(s, &at);

		if (c == HYK_UTF8_INVALID || (c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0))
			out[n++] = '?';
		else
			for (size_t i = was; i < at; i++)
				out[n++] = s.p[i];
	}
	return hyk_str_make(out, n);
}

static void
settle_call(struct hyk_jail_call *c, enum hyk_jail_outcome o, struct hyk_str text)
{
	c->outcome = o;
	c->answer = hyk_null();
	c->message = text;
}

/* One reply out of the copy; false: it cannot be read, so nothing after it can. */
static bool
read_reply(
    struct hyk_jail *j, struct hyk_wire_in *in, struct hyk_jail_call *c, struct hyk_arena *arena)
{
	struct hyk_str file = j->names[c->plugin], text, log;
	uint8_t outcome = hyk_wire_get_u8(in);
	struct hyk_wire_path path;
	struct hyk_wire_in one;
	struct hyk_value v = hyk_null();

	c->units = hyk_wire_get_u32(in);
	c->heap_peak_bytes = hyk_wire_get_u32(in);
	log = hyk_wire_get_str(in);
	if (in->bad || outcome > HYK_JAIL_REJECT_LOAD || outcome == HYK_JAIL_DEADLINE)
		return false;
	c->log = log_text(arena, log);
	if (outcome != HYK_JAIL_OK) {
		text = hyk_wire_get_str(in);
		if (in->bad)
			return false;
		settle_call(c, (enum hyk_jail_outcome)outcome, message(arena, file, text));
		if (outcome != HYK_JAIL_BAD_RESULT)
			return true;
	}
	hyk_wire_path_init(&path);
	one = (struct hyk_wire_in){ in->p + in->at, in->n - in->at, 0, false };
	if (one.n > hyk_box_answer_limits.bytes)
		one.n = hyk_box_answer_limits.bytes;
	if (!hyk_wire_get_value(&one, &hyk_box_answer_limits, arena, &v, &path))
		return false;
	in->at += one.at;
	if (outcome == HYK_JAIL_BAD_RESULT) {
		c->answer = j->is_body[c->plugin] ? v : hyk_null();
		return true;
	}
	hyk_wire_path_init(&path);
	if (hyk_answer_check(c->hook, &v, &path)) {
		settle_call(c, HYK_JAIL_OK, hyk_str_make("", 0));
		c->answer = v;
	} else {
		settle_call(c, HYK_JAIL_BAD_RESULT,
		    message(arena, file,
			hyk_arena_printf(
			    arena, "the answer%s%s %s", path.n ? ": " : "", path.text, path.why)));
		if (j->is_body[c->plugin])
			c->answer = v;
	}
	return true;
}

/* At most HYK_CHANNEL_CALLS calls on their way: those that are not settled yet, in order. */
struct part {
	struct hyk_jail_call *calls;
	struct hyk_arena *arena;
	uint32_t todo[HYK_CHANNEL_CALLS];
	enum hyk_admission admitted[HYK_CHANNEL_CALLS]; /* by position in calls */
	size_t n_todo;
};

static void
drop(struct part *p, size_t at, size_t n)
{
	memmove(p->todo + at, p->todo + at + n, (p->n_todo - at - n) * sizeof(p->todo[0]));
	p->n_todo -= n;
}

/* What the call says about its plugin. */
static void
note(struct hyk_jail *j, struct part *p, uint32_t i, enum hyk_conduct conduct)
{
	struct hyk_jail_call *c = &p->calls[i];
	enum hyk_admission admitted = p->admitted[i];

	/* The time matters to those that are watched only. */
	c->change = hyk_standing_note(j->standing, c->plugin, admitted, conduct,
	    conduct == HYK_STRUCK || admitted == HYK_ADMITTED_AS_PROBE ? hyk_clock_monotonic_ns()
								       : 0);
	p->admitted[i] = HYK_ADMITTED;
}

static void
refuse(struct hyk_jail_call *c)
{
	settle_call(c, HYK_JAIL_REJECT_LOAD, HYK_STR("the plugin is in quarantine"));
	c->quarantined = true;
}

/* Writes as many of the calls as fit; those whose request cannot cross are settled. Returns how
 * many. */
static size_t
write_batch(struct hyk_jail *j, struct part *p, size_t *ret_bytes)
{
	struct hyk_wire_out out = { hyk_channel_in(j->cell.active.channel), 0, HYK_CHANNEL_IN_BYTES,
		false };
	size_t n = 0;

	hyk_wire_put_u8(&out, HYK_OP_RUN);
	hyk_wire_put_u32(&out, 0);
	while (
	    n < p->n_todo && HYK_CHANNEL_IN_BYTES - out.n > hyk_box_request_limits.bytes * 2 + 64) {
		struct hyk_jail_call *c = &p->calls[p->todo[n]];
		struct hyk_wire_path path;
		size_t at = out.n, value_at;

		/* An earlier call of this part may have brought its plugin there. */
		if (p->admitted[p->todo[n]] == HYK_ADMITTED &&
		    hyk_standing_is_quarantined(j->standing, c->plugin)) {
			refuse(c);
			drop(p, n, 1);
			continue;
		}
		hyk_wire_put_u32(&out, c->plugin);
		hyk_wire_put_u8(&out, (uint8_t)c->hook);
		hyk_wire_put_u32(&out, 0);
		value_at = out.n;
		hyk_wire_path_init(&path);
		if (!hyk_wire_put_value(&out, c->request, &hyk_box_request_limits, &path)) {
			out.n = at;
			out.full = false;
			settle_call(c, HYK_JAIL_ERROR,
			    message(p->arena, j->names[c->plugin],
				hyk_arena_printf(p->arena, "the request%s%s %s", path.n ? ": " : "",
				    path.text, path.why)));
			note(j, p, p->todo[n], HYK_UNKNOWN_CONDUCT);
			drop(p, n, 1);
			continue;
		}
		hyk_wire_patch_u32(&out, value_at - 4, (uint32_t)(out.n - value_at));
		n++;
	}
	hyk_wire_patch_u32(&out, 1, (uint32_t)n);
	*ret_bytes = out.n;
	return n;
}

static void
blame(struct hyk_jail *j, struct part *p, uint32_t i, const char *text)
{
	settle_call(&p->calls[i], HYK_JAIL_DEADLINE, hyk_str_from_c(text));
	p->calls[i].replaced = true;
	j->stats.strikes++;
	note(j, p, i, HYK_STRUCK);
}

static void
begin(struct hyk_jail *j, struct part *p, size_t n)
{
	p->n_todo = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct hyk_jail_call *c = &p->calls[i];

		c->units = c->heap_peak_bytes = c->micros = 0;
		c->log = hyk_str_make("", 0);
		c->replaced = c->quarantined = false;
		c->again = 0;
		c->change = HYK_STANDING_SAME;
		p->admitted[i] = HYK_ADMITTED;
		settle_call(c, HYK_JAIL_ERROR, HYK_STR("not run"));
		if (c->plugin >= j->n) {
			settle_call(c, HYK_JAIL_REJECT_LOAD, HYK_STR("there is no such plugin"));
			continue;
		}
		if ((unsigned)c->hook >= HYK_N_HOOKS) {
			settle_call(c, HYK_JAIL_REJECT_LOAD, HYK_STR("there is no such hook"));
			continue;
		}
		if (hyk_standing_is_quarantined(j->standing, c->plugin))
			p->admitted[i] = hyk_standing_admit(
			    j->standing, c->plugin, hyk_clock_monotonic_ns());
		if (p->admitted[i] == HYK_REFUSED)
			refuse(c);
		else
			p->todo[p->n_todo++] = i;
	}
}

/* The jail did not give the turn back. Takes what is settled by that out of todo. */
static void
lose_turn(struct hyk_jail *j, enum hyk_turn turn, size_t n, struct part *p)
{
	const struct hyk_process *active = &j->cell.active;
	uint32_t done = atomic_load_explicit(&active->channel->done, memory_order_acquire);
	uint32_t i;
	struct hyk_jail_call *c;

	if (done >= n)
		done = (uint32_t)n - 1;
	i = p->todo[done];
	c = &p->calls[i];
	c->micros = (uint32_t)((hyk_clock_monotonic_ns() - active->handed_ns) / 1000);
	if (turn == HYK_TURN_ENDED && hyk_cell_was_killed(&j->cell)) {
		/*
		 * Nobody's fault, and hooks are pure: once more, on the spare. That may be dying of
		 * the same hand, so it is done more than once.
		 */
		if (c->again < MOST_AGAIN) {
			c->again++;
			hyk_cell_replace(&j->cell);
			return;
		}
		settle_call(c, HYK_JAIL_ERROR,
		    HYK_STR("the jail was killed from outside whenever the call ran"));
		note(j, p, i, HYK_UNKNOWN_CONDUCT);
	} else if (turn == HYK_TURN_LATE) {
		j->stats.deadlines++;
		blame(j, p, i, "the call missed its deadline; the jail was replaced");
	} else {
		blame(j, p, i, "the jail ended during the call; it was replaced");
	}
	/* What came before the late one is asked again, and answers the same. */
	drop(p, done, 1);
	hyk_cell_replace(&j->cell);
}

/* Most of a call's budget, in units or, whatever the units say, in time of its own. */
static enum hyk_conduct
conduct_of(const struct hyk_jail *j, const struct hyk_jail_call *c, bool dear)
{
	return dear || c->units >= j->heavy_units || c->outcome == HYK_JAIL_BUDGET ||
		c->outcome == HYK_JAIL_MEMORY
	    ? HYK_HEAVY
	    : HYK_LIGHT;
}

/* One hand-off with the first of todo; those that are settled by it are taken off the front. */
static void
hand_off(struct hyk_jail *j, struct part *p)
{
	struct hyk_process *active = &j->cell.active;
	size_t bytes, n, n_read = 0, got = 0;
	uint64_t spent_ns;
	enum hyk_turn turn;
	struct hyk_wire_in in;

	n = write_batch(j, p, &bytes);
	if (n == 0)
		return;
	hyk_process_hand_off(active, bytes);
	j->stats.hand_offs++;
	turn = hyk_process_wait(active, (uint32_t)n, j->limits.deadline_ms);
	if (turn != HYK_TURN_OURS) {
		lose_turn(j, turn, n, p);
		return;
	}
	spent_ns = (hyk_clock_monotonic_ns() - active->handed_ns) / n;
	if (hyk_cell_copy_out(active, &j->copy, &j->copy_room, &got)) {
		bool dear = spent_ns >= HEAVY_NS && hyk_process_spent_ns(active) / n >= HEAVY_NS;

		in = (struct hyk_wire_in){ j->copy, got, 0, false };
		while (n_read < n) {
			struct hyk_jail_call *c = &p->calls[p->todo[n_read]];

			if (!read_reply(j, &in, c, p->arena))
				break;
			c->micros = (uint32_t)(spent_ns / 1000);
			note(j, p, p->todo[n_read], conduct_of(j, c, dear));
			n_read++;
		}
	}
	if (n_read < n) {
		/* An honest jail never answers so: somebody else speaks for it. */
		blame(
		    j, p, p->todo[n_read], "the jail's answer could not be read; it was replaced");
		n_read++;
		hyk_cell_replace(&j->cell);
	}
	drop(p, 0, n_read);
}

void
hyk_jail_run(struct hyk_jail *j, struct hyk_jail_call *calls, size_t n, struct hyk_arena *arena)
{
	struct part p = { .arena = arena };

	for (size_t from = 0; from < n; from += HYK_CHANNEL_CALLS) {
		size_t part = n - from < HYK_CHANNEL_CALLS ? n - from : HYK_CHANNEL_CALLS;

		p.calls = calls + from;
		begin(j, &p, part);
		j->stats.calls += part;
		while (p.n_todo > 0) {
			if (hyk_cell_ready(&j->cell)) {
				hand_off(j, &p);
				continue;
			}
			for (size_t i = 0; i < p.n_todo; i++) {
				settle_call(&calls[from + p.todo[i]], HYK_JAIL_ERROR,
				    HYK_STR("the jail could not be replaced"));
				note(j, &p, p.todo[i], HYK_UNKNOWN_CONDUCT);
			}
			break;
		}
	}
}

struct hyk_jail_stats
hyk_jail_stats(const struct hyk_jail *j)
{
	struct hyk_jail_stats s = j->stats;

	s.replaced = j->cell.n_replaced;
	s.outside_kills = j->cell.n_outside_kills;
	s.quarantined = hyk_standing_quarantined(j->standing);
	return s;
}

const char *
hyk_jail_trouble(const struct hyk_jail *j)
{
	return hyk_cell_trouble(&j->cell);
}

const char *
hyk_jail_mend(struct hyk_jail *j)
{
	return hyk_cell_ready(&j->cell) ? NULL : hyk_cell_trouble(&j->cell);
}
