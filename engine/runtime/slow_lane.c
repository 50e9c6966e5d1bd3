/* SPDX-License-Identifier: Apache-2.0 */
/* runtime/slow_lane.c - see slow_lane.h. */
#include "runtime/slow_lane.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "runtime/engine.h"

#define BEHIND_OTHERS 10 /* nice: whoever has other work to do goes first */

struct hyk_slow_lane {
	struct hyk_slow_lane_owner owner;
	size_t room;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under the lock */
	struct hyk_exchange *first, *last;
	struct hyk_slow_lane_stats stats;
	bool running, stopping;
};

static void *
serve(void *arg)
{
	struct hyk_slow_lane *l = arg;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), BEHIND_OTHERS);
	pthread_mutex_lock(&l->lock);
	for (;;) {
		struct hyk_exchange *x;

		while (l->first == NULL && !l->stopping)
			pthread_cond_wait(&l->changed, &l->lock);
		x = l->first;
		if (x == NULL)
			break;
		l->first = x->next;
		if (l->first == NULL)
			l->last = NULL;
		x->next = NULL;
		l->stats.waiting--;
		l->stats.decided++;
		pthread_mutex_unlock(&l->lock);
		l->owner.decide(l->owner.self, x);
		pthread_mutex_lock(&l->lock);
	}
	pthread_mutex_unlock(&l->lock);
	l->owner.end(l->owner.self);
	return NULL;
}

struct hyk_slow_lane *
hyk_slow_lane_new(size_t room, const struct hyk_slow_lane_owner *owner)
{
	struct hyk_slow_lane *l = hyk_malloc(sizeof(*l));

	if (l == NULL)
		return NULL;
	*l = (struct hyk_slow_lane){ .owner = *owner, .room = room };
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->changed, NULL);
	return l;
}

/* Under the lock. */
static bool
start(struct hyk_slow_lane *l)
{
	sigset_t all, before;

	if (l->running)
		return true;
	/* Signals belong to the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	l->running = pthread_create(&l->thread, NULL, serve, l) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return l->running;
}

bool
hyk_slow_lane_push(struct hyk_slow_lane *l, struct hyk_exchange *x)
{
	bool ok;

	pthread_mutex_lock(&l->lock);
	ok = l->stats.waiting < l->room && !l->stopping && start(l);
	if (ok) {
		x->next = NULL;
		if (l->last != NULL)
			l->last->next = x;
		else
			l->first = x;
		l->last = x;
		l->stats.waiting++;
		pthread_cond_signal(&l->changed);
	} else {
		l->stats.refused++;
	}
	pthread_mutex_unlock(&l->lock);
	return ok;
}

void
hyk_slow_lane_close(struct hyk_slow_lane *l)
{
	bool running;

	if (l == NULL)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	running = l->running;
	pthread_cond_signal(&l->changed);
	pthread_mutex_unlock(&l->lock);
	if (running)
		pthread_join(l->thread, NULL);
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	hyk_free(l);
}

struct hyk_slow_lane_stats
hyk_slow_lane_stats(struct hyk_slow_lane *l)
{
	struct hyk_slow_lane_stats s;

	pthread_mutex_lock(&l->lock);
	s = l->stats;
	pthread_mutex_unlock(&l->lock);
	return s;
}
