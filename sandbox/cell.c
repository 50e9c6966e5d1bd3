/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cell.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

#define START_MS                                                                                   \
	250 /* of its own time, to exec, link and lock down; of anybody's eight times that */
#define WAIT_MS 2000   /* for a start that a call waits for */
#define LOAD_FACTOR 10 /* a load may work ten times as long as a call */
#define FIRST_DISTANCE_NS ((uint64_t)100 * 1000000u)
#define LONGEST_DISTANCE_NS ((uint64_t)30 * 1000000000u)

bool
hyk_cell_copy_out(struct hyk_process *p, uint8_t **copy, size_t *room, size_t *ret_n)
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

/* --- starting ------------------------------------------------------------ */

static void
start_process(struct hyk_job *job)
{
	struct hyk_cell_start *s = (struct hyk_cell_start *)(void *)job;
	struct hyk_cell *c = s->cell;
	size_t room = 0;

	hyk_process_end(&s->old);
	s->status = hyk_process_start(&c->options, &s->process, s->why, sizeof(s->why));
	if (s->status != HYK_OK)
		return;
	memcpy(hyk_channel_in(s->process.channel), c->load, c->load_n);
	hyk_process_hand_off(&s->process, c->load_n);
	switch (hyk_process_wait(
	    &s->process, c->n_plugins, START_MS + LOAD_FACTOR * c->options.limits.deadline_ms)) {
	case HYK_TURN_OURS:
		s->reply = NULL;
		if (hyk_cell_copy_out(&s->process, &s->reply, &room, &s->reply_n) &&
		    (s->reply_n > 0 || c->n_plugins == 0))
			return;
		snprintf(s->why, sizeof(s->why), "the jail gave no readable answer");
		break;
	case HYK_TURN_LATE:
		snprintf(s->why, sizeof(s->why), "the jail did not load the plugins in time");
		break;
	case HYK_TURN_ENDED:
		s->killed = hyk_process_ending(&s->process) == HYK_ENDING_OUTSIDE;
		snprintf(s->why, sizeof(s->why), "the jail process %s while it loaded the plugins",
		    s->killed ? "was killed from outside" : "ended");
		break;
	case HYK_TURN_FAILED:
		hyk_process_explain(&s->process, s->why, sizeof(s->why));
		break;
	}
	s->status = HYK_E_FAULT;
	hyk_process_end(&s->process);
}

/* The job must not be pending. */
static void
start_spare(struct hyk_cell *c, struct hyk_process old)
{
	hyk_process_end(&c->spare.process);
	hyk_free(c->spare.reply);
	c->spare = (struct hyk_cell_start){ .job.run = start_process, .cell = c, .old = old };
	c->has_spare_job = true;
	hyk_spawner_submit(&c->spare.job);
}

static void
finish_spare(struct hyk_cell *c)
{
	while (c->has_spare_job && !hyk_spawner_wait(&c->spare.job, 60000))
		;
}

enum hyk_status
hyk_cell_open(struct hyk_cell *c, uint8_t **ret_reply, size_t *ret_reply_n, char *why, size_t why_n)
{
	struct hyk_cell_start first = { .job.run = start_process, .cell = c };
	enum hyk_status st;

	c->has_spawner = hyk_spawner_ref();
	if (!c->has_spawner) {
		snprintf(why, why_n, "the thread that starts jails cannot be had");
		return HYK_E_FAULT;
	}
	hyk_spawner_submit(&first.job);
	start_spare(c, (struct hyk_process){ 0 });
	while (!hyk_spawner_wait(&first.job, 60000))
		;
	c->active = first.process;
	st = first.status;
	if (st != HYK_OK) {
		snprintf(why, why_n, "%s", first.why);
		goto out;
	}
	finish_spare(c);
	st = c->spare.status;
	if (st != HYK_OK) {
		snprintf(why, why_n, "%s", c->spare.why);
		goto out;
	}
	/* Two processes that were told the same must say the same. */
	if (c->spare.reply_n != first.reply_n ||
	    (first.reply_n && memcmp(c->spare.reply, first.reply, first.reply_n) != 0)) {
		snprintf(why, why_n, "two jails read the same plugins in two ways");
		st = HYK_E_FAULT;
		goto out;
	}
	*ret_reply = first.reply;
	*ret_reply_n = first.reply_n;
	first.reply = NULL;
out:
	hyk_free(first.reply);
	return st;
}

void
hyk_cell_close(struct hyk_cell *c)
{
	if (!c->has_spawner)
		return;
	finish_spare(c);
	hyk_process_end(&c->spare.process);
	hyk_process_end(&c->active);
	hyk_spawner_unref();
	hyk_free(c->spare.reply);
	c->spare.reply = NULL;
	c->has_spawner = false;
}

/* --- replacing ------------------------------------------------------------ */

bool
hyk_cell_was_killed(struct hyk_cell *c)
{
	bool killed = hyk_process_ending(&c->active) == HYK_ENDING_OUTSIDE;

	c->n_outside_kills += killed;
	return killed;
}

/* The spare's job is done: takes its process over, when it is a good one. */
static bool
take_spare(struct hyk_cell *c)
{
	struct hyk_cell_start *s = &c->spare;
	enum hyk_ending ending;

	if (s->status != HYK_OK || s->process.pid <= 0) {
		c->n_outside_kills += s->killed;
		s->killed = false;
		return false;
	}
	/* Who killed the one may have killed the other, long before it is needed. */
	ending = hyk_process_ending(&s->process);
	if (ending != HYK_ENDING_NOT) {
		c->n_outside_kills += ending == HYK_ENDING_OUTSIDE;
		s->status = HYK_E_FAULT;
		snprintf(s->why, sizeof(s->why), "the jail process %s before it was needed",
		    ending == HYK_ENDING_OUTSIDE ? "was killed from outside" : "ended");
		return false;
	}
	c->active = s->process;
	s->process = (struct hyk_process){ 0 };
	c->failures = 0;
	c->n_replaced++;
	return true;
}

/* The last start failed: the next is due at once, or later and later. */
static void
count_failure(struct hyk_cell *c)
{
	uint64_t distance = FIRST_DISTANCE_NS;

	memcpy(c->why, c->spare.why, sizeof(c->why));
	c->failures++;
	if (c->failures < HYK_CELL_TRIES)
		return;
	for (uint32_t i = HYK_CELL_TRIES; i < c->failures && distance < LONGEST_DISTANCE_NS; i++)
		distance *= 2;
	if (distance > LONGEST_DISTANCE_NS)
		distance = LONGEST_DISTANCE_NS;
	c->next_ns = hyk_clock_monotonic_ns() + distance;
}

void
hyk_cell_replace(struct hyk_cell *c)
{
	struct hyk_process old = c->active;

	c->active = (struct hyk_process){ 0 };
	if (!hyk_spawner_wait(&c->spare.job, 0)) {
		/* The last replacement is still being replaced. */
		hyk_process_end(&old);
		return;
	}
	if (!take_spare(c))
		count_failure(c);
	hyk_process_kill(&old);
	start_spare(c, old);
}

bool
hyk_cell_ready(struct hyk_cell *c)
{
	uint64_t until = hyk_clock_monotonic_ns() + (uint64_t)WAIT_MS * 1000000u, now;

	while (c->active.pid <= 0) {
		bool patient = c->failures < HYK_CELL_TRIES;

		now = hyk_clock_monotonic_ns();
		if (!hyk_spawner_wait(&c->spare.job,
			patient && now < until ? (uint32_t)((until - now) / 1000000) + 1 : 0))
			return false;
		if (take_spare(c)) {
			start_spare(c, (struct hyk_process){ 0 });
			break;
		}
		if (!patient && now < c->next_ns)
			return false;
		count_failure(c);
		start_spare(c, (struct hyk_process){ 0 });
	}
	return true;
}

const char *
hyk_cell_trouble(const struct hyk_cell *c)
{
	return c->active.pid > 0 || c->failures == 0 ? NULL : c->why;
}
