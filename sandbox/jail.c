/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/jail.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "sandbox/answer.h"
#include "sandbox/forms.h"
#include "sandbox/manifest.h"
#include "sandbox/process.h"
#include "sandbox/spawner.h"
#include "sandbox/wire_value.h"

#define START_MS 2000  /* to exec, link and lock down; on a busy machine too */
#define LOAD_FACTOR 10 /* a load may work ten times as long as a call */
#define MESSAGE_BYTES 256

/* A jail process with the plugins loaded; made on the spawner's thread. */
struct start {
	struct hyk_job job;
	struct hyk_jail *jail;
	struct hyk_process process;
	struct hyk_process old; /* killed already; to be reaped first */
	enum hyk_status status;
	uint8_t *reply; /* a copy; NULL: not wanted */
	size_t reply_n;
	char why[256];
};

struct hyk_jail {
	struct hyk_process active;
	struct start spare; /* its process, once the job is done and status is ok */
	bool has_spare_job;
	struct hyk_process_options options;
	char *program;
	struct hyk_jail_limits limits;
	uint8_t *load; /* the load message, for every new process */
	size_t load_n;
	struct hyk_str *names; /* of the sources, copied */
	bool *is_body;
	size_t n;
	uint32_t *strikes;
	uint8_t *copy; /* what was answered, out of the jail's reach */
	size_t copy_room;
	struct hyk_jail_stats stats;
};

/* --- starting ------------------------------------------------------------ */

static bool
copy_out(struct hyk_process *p, uint8_t **copy, size_t *room, size_t *ret_n)
{
	uint32_t n = *(
	    volatile uint32_t *)&p->channel->out_n; /* read once: it may change under our eyes */

	if (n > HYK_CHANNEL_OUT_BYTES)
		return false;
	if (n > *room) {
		uint8_t *more = hyk_realloc(*copy, n);

		if (!more)
			return false;
		*copy = more;
		*room = n;
	}
	if (n)
		memcpy(*copy, hyk_channel_out(p->channel), n);
	*ret_n = n;
	return true;
}

static void
start_process(struct hyk_job *job)
{
	struct start *s = (struct start *)(void *)job;
	struct hyk_jail *j = s->jail;
	size_t room = 0;

	hyk_process_end(&s->old);
	s->status = hyk_process_start(&j->options, &s->process, s->why, sizeof(s->why));
	if (s->status != HYK_OK)
		return;
	memcpy(hyk_channel_in(s->process.channel), j->load, j->load_n);
	hyk_process_hand_off(&s->process, j->load_n);
	switch (hyk_process_wait(
	    &s->process, (uint32_t)j->n, START_MS + LOAD_FACTOR * j->limits.deadline_ms)) {
	case HYK_TURN_OURS:
		s->reply = NULL;
		if (copy_out(&s->process, &s->reply, &room, &s->reply_n) &&
		    (s->reply_n > 0 || j->n == 0))
			return;
		snprintf(s->why, sizeof(s->why), "the jail gave no readable answer");
		break;
	case HYK_TURN_LATE:
		snprintf(s->why, sizeof(s->why), "the jail did not load the plugins in time");
		break;
	case HYK_TURN_ENDED:
		snprintf(
		    s->why, sizeof(s->why), "the jail process ended while it loaded the plugins");
		break;
	case HYK_TURN_FAILED:
		hyk_process_explain(&s->process, s->why, sizeof(s->why));
		break;
	}
	s->status = HYK_E_FAULT;
	hyk_process_end(&s->process);
}

static void
start_spare(struct hyk_jail *j, struct hyk_process old)
{
	hyk_free(j->spare.reply);
	j->spare = (struct start){ .job.run = start_process, .jail = j, .old = old };
	j->has_spare_job = true;
	hyk_spawner_submit(&j->spare.job);
}

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
make_load_message(struct hyk_jail *j, const struct hyk_jail_source *sources, size_t n)
{
	struct hyk_wire_out out = { 0 };
	size_t bytes = 5;

	for (size_t i = 0; i < n; i++)
		bytes += 5 + sources[i].text.n;
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
	j->strikes = hyk_malloc((n + 1) * sizeof(*j->strikes));
	j->is_body = hyk_malloc((n + 1) * sizeof(*j->is_body));
	j->names = hyk_malloc((n + 1) * sizeof(*j->names) + bytes);
	if (!j->strikes || !j->is_body || !j->names)
		return false;
	p = (char *)(j->names + n + 1);
	for (size_t i = 0; i < n; i++) {
		if (sources[i].name.n)
			memcpy(p, sources[i].name.p, sources[i].name.n);
		j->names[i] = hyk_str_make(p, sources[i].name.n);
		p += sources[i].name.n;
		j->strikes[i] = 0;
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

enum hyk_status
hyk_jail_open(const struct hyk_jail_options *options, const struct hyk_jail_source *sources,
    size_t n, struct hyk_arena *arena, struct hyk_jail **ret_jail, struct hyk_value *ret_manifests,
    struct hyk_diags *diags)
{
	struct start first = { .job.run = start_process };
	struct hyk_jail *j = NULL;
	struct hyk_wire_in reply;
	enum hyk_status st;
	bool has_spawner = false;

	st = check_sizes(sources, n, arena, diags);
	if (st != HYK_OK)
		return st;
	j = hyk_malloc(sizeof(*j));
	if (!j)
		return HYK_E_NOMEM;
	memset(j, 0, sizeof(*j));
	j->n = n;
	j->limits = options->limits;
	if (!j->limits.deadline_ms)
		j->limits.deadline_ms = 25;
	if (!j->limits.strikes)
		j->limits.strikes = 3;
	j->program = options->program ? strdup(options->program) : default_program();
	j->options = (struct hyk_process_options){ j->program, options->cpu, options->allow_counter,
		j->limits };
	if (!j->program || !make_load_message(j, sources, n) || !copy_names(j, sources, n)) {
		st = HYK_E_NOMEM;
		goto out;
	}
	has_spawner = hyk_spawner_ref();
	if (!has_spawner) {
		st = unsafe(diags, "the thread that starts jails cannot be had");
		goto out;
	}
	first.jail = j;
	hyk_spawner_submit(&first.job);
	start_spare(j, (struct hyk_process){ 0 });
	while (!hyk_spawner_wait(&first.job, 60000))
		;
	j->active = first.process;
	st = first.status;
	if (st != HYK_OK) {
		st = st == HYK_E_NOMEM ? st : unsafe(diags, first.why);
		goto out;
	}
	reply = (struct hyk_wire_in){ first.reply, first.reply_n, 0, false };
	st = hyk_manifest_read(&reply, sources, n, arena, ret_manifests, diags);
	if (st != HYK_OK)
		goto out;
	while (!hyk_spawner_wait(&j->spare.job, 60000))
		;
	if (j->spare.status != HYK_OK) {
		st = unsafe(diags, j->spare.why);
		goto out;
	}
	/* Two processes that were told the same must say the same. */
	if (j->spare.reply_n != first.reply_n ||
	    (first.reply_n && memcmp(j->spare.reply, first.reply, first.reply_n) != 0)) {
		st = unsafe(diags, "two jails read the same plugins in two ways");
		goto out;
	}
	*ret_jail = j;
	j = NULL;
out:
	hyk_free(first.reply);
	if (j && !has_spawner) {
		hyk_free(j->program);
		hyk_free(j->load);
		hyk_free(j->names);
		hyk_free(j->is_body);
		hyk_free(j->strikes);
		hyk_free(j);
	} else {
		hyk_jail_close(j);
	}
	return st;
}

void
hyk_jail_close(struct hyk_jail *j)
{
	if (!j)
		return;
	while (j->has_spare_job && !hyk_spawner_wait(&j->spare.job, 60000))
		;
	hyk_process_end(&j->spare.process);
	hyk_process_end(&j->active);
	hyk_spawner_unref();
	hyk_free(j->spare.reply);
	hyk_free(j->program);
	hyk_free(j->load);
	hyk_free(j->names);
	hyk_free(j->is_body);
	hyk_free(j->strikes);
	hyk_free(j->copy);
	hyk_free(j);
}

/* --- running -------------------------------------------------------------- */

/* The spare takes over at once; the old one is killed after, and a new spare is made in the
 * background. */
static bool
replace(struct hyk_jail *j)
{
	struct hyk_process old = j->active;

	j->active = (struct hyk_process){ 0 };
	if (hyk_spawner_wait(&j->spare.job, START_MS) && j->spare.status == HYK_OK) {
		j->active = j->spare.process;
		j->spare.process = (struct hyk_process){ 0 };
	}
	hyk_process_kill(&old);
	if (hyk_spawner_wait(&j->spare.job, 0)) {
		hyk_process_end(&j->spare.process);
		start_spare(j, old);
	} else {
		hyk_process_end(&old);
	}
	j->stats.replaced++;
	return j->active.pid > 0;
}

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

/* Writes as many of the calls in `todo` as fit; those whose request cannot cross are settled.
 * Returns how many. */
static size_t
write_batch(struct hyk_jail *j, struct hyk_jail_call *calls, uint32_t *todo, size_t *n_todo,
    struct hyk_arena *arena, size_t *ret_bytes)
{
	struct hyk_wire_out out = { hyk_channel_in(j->active.channel), 0, HYK_CHANNEL_IN_BYTES,
		false };
	size_t n = 0, i = 0;

	hyk_wire_put_u8(&out, HYK_OP_RUN);
	hyk_wire_put_u32(&out, 0);
	while (i < *n_todo && n < HYK_CHANNEL_CALLS &&
	    HYK_CHANNEL_IN_BYTES - out.n > hyk_box_request_limits.bytes * 2 + 64) {
		struct hyk_jail_call *c = &calls[todo[i]];
		struct hyk_wire_path path;
		size_t at = out.n, value_at;

		if (j->strikes[c->plugin] >= j->limits.strikes) {
			settle_call(
			    c, HYK_JAIL_REJECT_LOAD, HYK_STR("the plugin is in quarantine"));
			memmove(todo + i, todo + i + 1, (*n_todo - i - 1) * sizeof(*todo));
			(*n_todo)--;
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
			    message(arena, j->names[c->plugin],
				hyk_arena_printf(arena, "the request%s%s %s", path.n ? ": " : "",
				    path.text, path.why)));
			memmove(todo + i, todo + i + 1, (*n_todo - i - 1) * sizeof(*todo));
			(*n_todo)--;
			continue;
		}
		hyk_wire_patch_u32(&out, value_at - 4, (uint32_t)(out.n - value_at));
		n++;
		i++;
	}
	hyk_wire_patch_u32(&out, 1, (uint32_t)n);
	*ret_bytes = out.n;
	return n;
}

static void
blame(struct hyk_jail *j, struct hyk_jail_call *c, const char *text)
{
	settle_call(c, HYK_JAIL_DEADLINE, hyk_str_from_c(text));
	c->replaced = true;
	j->stats.deadlines++;
	if (++j->strikes[c->plugin] == j->limits.strikes)
		j->stats.quarantined++;
}

static void
fill_todo(struct hyk_jail *j, struct hyk_jail_call *calls, size_t from, size_t n, uint32_t *todo,
    size_t *ret_n)
{
	size_t k = 0;

	for (size_t i = from; i < from + n; i++) {
		struct hyk_jail_call *c = &calls[i];

		c->units = c->heap_peak_bytes = c->micros = 0;
		c->log = hyk_str_make("", 0);
		c->replaced = false;
		settle_call(c, HYK_JAIL_ERROR, HYK_STR("not run"));
		if (c->plugin >= j->n)
			settle_call(c, HYK_JAIL_REJECT_LOAD, HYK_STR("there is no such plugin"));
		else if ((unsigned)c->hook >= HYK_N_HOOKS)
			settle_call(c, HYK_JAIL_REJECT_LOAD, HYK_STR("there is no such hook"));
		else if (j->strikes[c->plugin] >= j->limits.strikes)
			settle_call(
			    c, HYK_JAIL_REJECT_LOAD, HYK_STR("the plugin is in quarantine"));
		else
			todo[k++] = (uint32_t)i;
	}
	*ret_n = k;
}

/* One hand-off with the first n of todo; returns how many of them are settled now, by taking them
 * off the front. */
static void
hand_off(struct hyk_jail *j, struct hyk_jail_call *calls, uint32_t *todo, size_t *n_todo,
    struct hyk_arena *arena)
{
	size_t bytes, n, n_read = 0, got = 0;
	uint64_t began;
	enum hyk_turn turn;
	uint32_t done, micros;
	struct hyk_wire_in in;

	n = write_batch(j, calls, todo, n_todo, arena, &bytes);
	if (n == 0)
		return;
	hyk_process_hand_off(&j->active, bytes);
	began = j->active.handed_ns;
	j->stats.hand_offs++;
	turn = hyk_process_wait(&j->active, (uint32_t)n, j->limits.deadline_ms);
	micros = (uint32_t)((hyk_clock_monotonic_ns() - began) / 1000 / n);
	if (turn != HYK_TURN_OURS) {
		done = atomic_load_explicit(&j->active.channel->done, memory_order_acquire);
		if (done >= n)
			done = (uint32_t)n - 1;
		calls[todo[done]].micros = (uint32_t)((hyk_clock_monotonic_ns() - began) / 1000);
		blame(j, &calls[todo[done]],
		    turn == HYK_TURN_LATE ? "the call missed its deadline; the jail was replaced"
					  : "the jail ended during the call; it was replaced");
		/* Hooks are pure: what came before the late one is asked again, and answers the
		 * same. */
		memmove(todo + done, todo + done + 1, (*n_todo - done - 1) * sizeof(*todo));
		(*n_todo)--;
		replace(j);
		return;
	}
	if (copy_out(&j->active, &j->copy, &j->copy_room, &got)) {
		in = (struct hyk_wire_in){ j->copy, got, 0, false };
		while (n_read < n && read_reply(j, &in, &calls[todo[n_read]], arena)) {
			calls[todo[n_read]].micros = micros;
			n_read++;
		}
	}
	if (n_read < n) {
		/* An honest jail never answers so: somebody else speaks for it. */
		blame(j, &calls[todo[n_read]],
		    "the jail's answer could not be read; it was replaced");
		n_read++;
		replace(j);
	}
	memmove(todo, todo + n_read, (*n_todo - n_read) * sizeof(*todo));
	*n_todo -= n_read;
}

void
hyk_jail_run(struct hyk_jail *j, struct hyk_jail_call *calls, size_t n, struct hyk_arena *arena)
{
	uint32_t todo[HYK_CHANNEL_CALLS];

	for (size_t from = 0; from < n; from += HYK_CHANNEL_CALLS) {
		size_t n_todo, part = n - from < HYK_CHANNEL_CALLS ? n - from : HYK_CHANNEL_CALLS;

		fill_todo(j, calls, from, part, todo, &n_todo);
		j->stats.calls += part;
		while (n_todo > 0) {
			if (j->active.pid <= 0 && !replace(j)) {
				for (size_t i = 0; i < n_todo; i++)
					settle_call(&calls[todo[i]], HYK_JAIL_ERROR,
					    HYK_STR("the jail could not be replaced"));
				break;
			}
			hand_off(j, calls, todo, &n_todo, arena);
		}
	}
}

struct hyk_jail_stats
hyk_jail_stats(const struct hyk_jail *j)
{
	return j->stats;
}
