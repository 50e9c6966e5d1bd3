/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/spawner.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
/* All below: under the lock. */
static struct hyk_job *first, *last;
static size_t n_refs;
static bool stopping, running;
static pthread_t thread;

static void *
serve(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	for (;;) {
		struct hyk_job *job;

		while (!first && !stopping)
			pthread_cond_wait(&changed, &lock);
		if (!first)
			break;
		job = first;
		first = job->next;
		if (!first)
			last = NULL;
		pthread_mutex_unlock(&lock);
		job->run(job);
		pthread_mutex_lock(&lock);
		job->pending = false;
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

bool
hyk_spawner_ref(void)
{
	bool ok = true;

	pthread_mutex_lock(&lock);
	/* The thread before may still be ending. */
	while (stopping)
		pthread_cond_wait(&changed, &lock);
	if (!running) {
		sigset_t all, before;

		/* Signals belong to the program's own threads. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		ok = pthread_create(&thread, NULL, serve, NULL) == 0;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		running = ok;
	}
	if (ok)
		n_refs++;
	pthread_mutex_unlock(&lock);
	return ok;
}

void
hyk_spawner_unref(void)
{
	pthread_t ending;

	pthread_mutex_lock(&lock);
	if (--n_refs > 0) {
		pthread_mutex_unlock(&lock);
		return;
	}
	stopping = true;
	ending = thread;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	pthread_join(ending, NULL);
	pthread_mutex_lock(&lock);
	stopping = false;
	running = false;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

void
hyk_spawner_submit(struct hyk_job *job)
{
	pthread_mutex_lock(&lock);
	job->pending = true;
	job->next = NULL;
	if (last)
		last->next = job;
	else
		first = job;
	last = job;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

bool
hyk_spawner_wait(struct hyk_job *job, uint32_t timeout_ms)
{
	struct timespec until;
	bool done;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&lock);
	while (job->pending && pthread_cond_timedwait(&changed, &lock, &until) == 0)
		;
	done = !job->pending;
	pthread_mutex_unlock(&lock);
	return done;
}
