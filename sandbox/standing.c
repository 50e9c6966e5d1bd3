/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/standing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"

enum flag { WATCHED = 1u, QUARANTINED = 2u, SLOW = 4u };

struct held {
	atomic_uint flags; /* 0: nothing is held against it */
	atomic_uint_fast64_t ever;
	/* under the lock */
	uint32_t strikes;
	uint32_t good;    /* calls since the last strike was given or forgotten */
	uint32_t refused; /* calls since the quarantine began or was last probed */
	uint32_t score; /* heavy calls more than light ones; of a slow one: light calls in a row */
	bool probing;   /* one probe at a time */
	uint64_t probe_at_ns;
};

struct hyk_standing {
	atomic_uint refs;
	atomic_size_t n_quarantined, n_slow;
	uint32_t limit;
	pthread_mutex_t lock;
	size_t n;
	struct held held[];
};

struct hyk_standing *
hyk_standing_new(size_t n, uint32_t strikes)
{
	struct hyk_standing *s = hyk_malloc(sizeof(*s) + n * sizeof(s->held[0]));

	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s) + n * sizeof(s->held[0]));
	if (pthread_mutex_init(&s->lock, NULL) != 0) {
		hyk_free(s);
		return NULL;
	}
	atomic_init(&s->refs, 1);
	s->limit = strikes;
	s->n = n;
	return s;
}

struct hyk_standing *
hyk_standing_ref(struct hyk_standing *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

struct hyk_standing *
hyk_standing_unref(struct hyk_standing *s)
{
	if (s && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1) {
		pthread_mutex_destroy(&s->lock);
		hyk_free(s);
	}
	return NULL;
}

static unsigned
flags_of(const struct held *h)
{
	return atomic_load_explicit(&h->flags, memory_order_relaxed);
}

enum hyk_admission
hyk_standing_admit(struct hyk_standing *s, size_t plugin, uint64_t now_ns)
{
	struct held *h = &s->held[plugin];
	enum hyk_admission a = HYK_ADMITTED;

	if (!(flags_of(h) & QUARANTINED))
		return HYK_ADMITTED;
	pthread_mutex_lock(&s->lock);
	if (flags_of(h) & QUARANTINED) {
		a = HYK_REFUSED;
		h->refused++;
		if (!h->probing && (h->refused >= HYK_PROBE_AFTER || now_ns >= h->probe_at_ns)) {
			a = HYK_ADMITTED_AS_PROBE;
			h->probing = true;
		}
	}
	pthread_mutex_unlock(&s->lock);
	return a;
}

static enum hyk_standing_change
strike(struct hyk_standing *s, struct held *h, uint64_t now_ns)
{
	atomic_fetch_add_explicit(&h->ever, 1, memory_order_relaxed);
	h->good = h->refused = 0;
	h->probe_at_ns = now_ns + HYK_PROBE_NS;
	if (flags_of(h) & QUARANTINED || ++h->strikes < s->limit)
		return HYK_STANDING_SAME;
	atomic_fetch_or(&h->flags, QUARANTINED);
	atomic_fetch_add(&s->n_quarantined, 1);
	return HYK_STANDING_QUARANTINED;
}

static enum hyk_standing_change
praise(struct hyk_standing *s, struct held *h, bool is_probe)
{
	if (flags_of(h) & QUARANTINED) {
		/* Calls that were on their way when it began are no probe. */
		if (!is_probe)
			return HYK_STANDING_SAME;
		h->strikes = s->limit - 1;
		h->good = 0;
		atomic_fetch_and(&h->flags, ~(unsigned)QUARANTINED);
		atomic_fetch_sub(&s->n_quarantined, 1);
		return HYK_STANDING_RELEASED;
	}
	if (h->strikes > 0 && ++h->good >= HYK_FORGET_AFTER) {
		h->strikes--;
		h->good = 0;
	}
	return HYK_STANDING_SAME;
}

static enum hyk_standing_change
weigh(struct hyk_standing *s, struct held *h, bool heavy)
{
	if (flags_of(h) & SLOW) {
		h->score = heavy ? 0 : h->score + 1;
		if (h->score < HYK_FAST_AFTER)
			return HYK_STANDING_SAME;
		h->score = 0;
		atomic_fetch_and(&h->flags, ~(unsigned)SLOW);
		atomic_fetch_sub(&s->n_slow, 1);
		return HYK_STANDING_HASTENED;
	}
	if (heavy)
		h->score++;
	else if (h->score > 0)
		h->score--;
	if (h->score < HYK_SLOW_AFTER)
		return HYK_STANDING_SAME;
	h->score = 0;
	atomic_fetch_or(&h->flags, SLOW);
	atomic_fetch_add(&s->n_slow, 1);
	return HYK_STANDING_SLOWED;
}

enum hyk_standing_change
hyk_standing_note(struct hyk_standing *s, size_t plugin, enum hyk_admission admitted,
    enum hyk_conduct conduct, uint64_t now_ns)
{
	struct held *h = &s->held[plugin];
	bool is_probe = admitted == HYK_ADMITTED_AS_PROBE;
	enum hyk_standing_change change = HYK_STANDING_SAME, weight = HYK_STANDING_SAME;

	if (!is_probe && flags_of(h) == 0 &&
	    (conduct == HYK_LIGHT || conduct == HYK_UNKNOWN_CONDUCT))
		return HYK_STANDING_SAME;
	pthread_mutex_lock(&s->lock);
	if (is_probe) {
		h->probing = false;
		h->refused = 0;
		h->probe_at_ns = now_ns + HYK_PROBE_NS;
	}
	if (conduct == HYK_STRUCK)
		change = strike(s, h, now_ns);
	else if (conduct != HYK_UNKNOWN_CONDUCT)
		change = praise(s, h, is_probe);
	if (conduct != HYK_UNKNOWN_CONDUCT)
		weight = weigh(s, h, conduct != HYK_LIGHT);
	if (h->strikes > 0 || h->score > 0)
		atomic_fetch_or(&h->flags, WATCHED);
	else
		atomic_fetch_and(&h->flags, ~(unsigned)WATCHED);
	pthread_mutex_unlock(&s->lock);
	return change != HYK_STANDING_SAME ? change : weight;
}

bool
hyk_standing_is_quarantined(const struct hyk_standing *s, size_t plugin)
{
	return flags_of(&s->held[plugin]) & QUARANTINED;
}

bool
hyk_standing_is_slow(const struct hyk_standing *s, size_t plugin)
{
	return flags_of(&s->held[plugin]) & SLOW;
}

size_t
hyk_standing_quarantined(const struct hyk_standing *s)
{
	return atomic_load_explicit(&s->n_quarantined, memory_order_relaxed);
}

size_t
hyk_standing_slow(const struct hyk_standing *s)
{
	return atomic_load_explicit(&s->n_slow, memory_order_relaxed);
}

uint64_t
hyk_standing_strikes(const struct hyk_standing *s, size_t plugin)
{
	return atomic_load_explicit(&s->held[plugin].ever, memory_order_relaxed);
}
