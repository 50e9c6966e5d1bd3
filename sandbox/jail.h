/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/jail.h - the engine's side of a jail: one process that runs the plugins' Lua, and nothing
 * else.
 *
 * Lua never runs in the process that holds the database, the keys or the
 * sockets; even the parser runs in the jail. The engine hands requests over
 * in shared memory and treats all that comes back as hostile: copied once,
 * then validated.
 *
 * Lifetime:  open -> run* -> close. A jail holds one set of plugins; another set is another jail.
 * Limits:    struct hyk_jail_limits (defaults: sandbox.md); 64 KiB a source; 64 plugins.
 * Threads:   owning worker only (it is pinned to the worker's core).
 * Errors:    open: HYK_E_INVALID with 5xx messages at lines of the Lua files, all of them;
 *            HYK_E_FAULT when the jail could not be made safe: then no plugin is served.
 */
#ifndef HYK_SANDBOX_JAIL_H
#define HYK_SANDBOX_JAIL_H

#include "base/diag.h"
#include "sandbox/standing.h"
#include "value/value.h"

enum hyk_hook {
	HYK_HOOK_IDENTIFY,
	HYK_HOOK_ENRICH,
	HYK_HOOK_PERMIT,
	HYK_HOOK_LIABILITY,
	HYK_HOOK_VERIFY,
	HYK_HOOK_ON_EVENT,
	HYK_N_HOOKS
};
/* "enrich", ...; static storage. */
const char *hyk_hook_name(enum hyk_hook h);

enum hyk_jail_outcome {
	HYK_JAIL_OK,         /* `answer` is of the hook's type */
	HYK_JAIL_ERROR,      /* the script raised; `message` says what and where */
	HYK_JAIL_BUDGET,     /* work units used up */
	HYK_JAIL_MEMORY,     /* heap, block or total limit */
	HYK_JAIL_DEADLINE,   /* wall deadline; the jail was replaced */
	HYK_JAIL_BAD_RESULT, /* not of the hook's answer type; `message` has the path of the
	                        offender */
	HYK_JAIL_REJECT_LOAD /* the plugin did not load, or is in quarantine */
};
/* "ok", "error", "budget", ...; static storage. */
const char *hyk_jail_outcome_name(enum hyk_jail_outcome o);

struct hyk_jail_limits {
	uint32_t units;       /* work units a call; 0: 20,000 */
	uint32_t heap_bytes;  /* 0: 256 KiB */
	uint32_t block_bytes; /* largest single block; 0: 32 KiB */
	uint32_t total_bytes; /* allocated in all in a call; 0: 2 MiB */
	uint32_t deadline_ms; /* 0: 25 */
	uint32_t strikes;     /* until quarantine; 0: 3; what a strike is: sandbox/README.md */
};

struct hyk_jail_options {
	const char *program; /* path of hyangyak-jail; NULL: beside this program's own file */
	int cpu;             /* core to pin to; -1: none */
	/*
	 * Leaves the timestamp counter on. Switching it off makes every change between engine and
	 * jail slower where a hypervisor traps it (8 microseconds on one); it only matters once the
	 * VM itself is broken.
	 */
	bool allow_counter;
	bool behind; /* whoever else has work to do on the core goes first */
	struct hyk_jail_limits limits;
	/* Of these sources, shared with the other jails that run them; NULL: its own. */
	struct hyk_standing *standing;
	/*
	 * Parameters of the last source instead of its defaults, a map; NULL: none. Not checked
	 * against what the plugin declares.
	 */
	const struct hyk_value *params;
};

struct hyk_jail_source {
	struct hyk_str name; /* path, for messages */
	struct hyk_str text;
	bool is_body; /* the inside of function(req) ... end; its manifest is null, and any hook
	                 calls it */
};

/*
 * What a plugin declares, as a value (a map):
 *   name, version: string; api: int; title: {ko, en}; reads: [string]; params: {name: {type,
 * default, ...}}; asset_types: [{name, extends, title, facts: {...}, subject: {...}, context:
 * {...}, actions: {...}, line, ...}]; subject_types: [{name, facts, registered, line, ...}];
 *   duties: [{name, title, terms, evidence, line}];
 *   hooks: [string]; workflow: {...} or absent; line: int
 * `line` is where the constructor was called. Tables with only 1..n keys are lists, all others maps
 * sorted by key; an empty table is an empty map.
 */
struct hyk_jail;

/*
 * Starts a jail, locks it down, and loads the plugins in it. On success
 * ret_manifests has n values in `arena`, by position of `sources`.
 */
enum hyk_status hyk_jail_open(const struct hyk_jail_options *options,
    const struct hyk_jail_source *sources, size_t n, struct hyk_arena *arena,
    struct hyk_jail **ret_jail, struct hyk_value *ret_manifests,
    struct hyk_diags *diags) HYK_MUST_CHECK;
void hyk_jail_close(struct hyk_jail *j);

/*
 * One hook call. `request` is a map with the parts the hook may read.
 * Answers, always maps or null (nothing) or, for permit and liability, a list of maps:
 *   enrich:    {fact name: value, ...}
 *   permit:    {answer: "permit", code?, text?} | {answer: "forbid", code, text?, offer?} |
 *              {answer: "need", fact, code?, text?}
 *   liability: {answer: "owe", duty, terms: {...}, code?, text?}
 *   verify:    {answer: "accept"} | {answer: "reject", code, text?}
 * A text is a string or {ko, en}.
 */
struct hyk_jail_call {
	uint32_t plugin; /* position in `sources` */
	enum hyk_hook hook;
	struct hyk_value request;
	/* out */
	enum hyk_jail_outcome outcome;
	struct hyk_value
	    answer; /* in the arena given to run; null unless ok (of a body also when bad-result) */
	struct hyk_str message; /* one line, at most 256 bytes, printable; in the arena */
	struct hyk_str
	    log; /* what log() wrote: at most 4 lines of 256 bytes, printable; in the arena */
	uint32_t units, heap_peak_bytes;
	uint32_t micros; /* of the hand-off, divided by its calls: the jail has no clock */
	bool replaced;   /* the jail was killed because of this call */
	uint8_t
	    again; /* times it was run again because the jail was killed from outside; at most 3 */
	bool quarantined;                /* refused for that */
	enum hyk_standing_change change; /* what the call did to its plugin's standing */
};

/* Runs all calls in one hand-off where they fit, in order; never fails: each call has its outcome.
 */
void hyk_jail_run(
    struct hyk_jail *j, struct hyk_jail_call *calls, size_t n, struct hyk_arena *arena);

struct hyk_jail_stats {
	/* ever */
	uint64_t calls, hand_offs;
	uint64_t deadlines;     /* calls that were not answered in time */
	uint64_t strikes;       /* given: missed deadlines, crashes, answers nobody can read */
	uint64_t replaced;      /* times another process took over */
	uint64_t outside_kills; /* jails found dead that had been killed from outside */
	/* now */
	uint64_t quarantined; /* plugins, by all jails that share the standing */
};
struct hyk_jail_stats hyk_jail_stats(const struct hyk_jail *j);
/* Why there is no process to run calls, until there is one again; else NULL. */
const char *hyk_jail_trouble(const struct hyk_jail *j);
/* The same after an attempt to get one, if it is time for one; does not wait. */
const char *hyk_jail_mend(struct hyk_jail *j);

#endif
