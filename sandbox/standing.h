/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/standing.h - what is held against each plugin of a ruleset, by all its jails together.
 *
 * A strike is given for what only a wedged or broken jail does: a missed
 * deadline, a crash, an answer that nobody can read. Enough of them are
 * quarantine: calls are refused. Good calls wear strikes off, and now and then
 * one call is let through a quarantine as a probe; when it is answered, the
 * quarantine is over, and one more strike brings it back.
 *
 * A plugin whose calls mostly cost most of what a call may is slow. It harms
 * nobody by that but holds up who waits behind it, so whoever runs the engine
 * moves it aside (runtime/slow_lane.h); here it is only counted.
 *
 * Lifetime:  counted. Ownership: the last unref frees.
 * Limits:    HYK_FORGET_AFTER, HYK_PROBE_AFTER, HYK_PROBE_NS, HYK_SLOW_AFTER, HYK_FAST_AFTER.
 * Threads:   any; a plugin against which nothing is held costs one load a call.
 */
#ifndef HYK_SANDBOX_STANDING_H
#define HYK_SANDBOX_STANDING_H

#include "base/defs.h"

#define HYK_STRIKES 3u          /* until quarantine, when nobody says otherwise */
#define HYK_FORGET_AFTER 10000u /* good calls, and one strike is forgotten */
#define HYK_PROBE_AFTER 100000u /* refused calls, and one is let through */
#define HYK_PROBE_NS                                                                               \
	((uint64_t)600 * 1000000000u) /* or this long after the last strike or probe               \
	                               */
#define HYK_SLOW_AFTER 32u            /* heavy calls more than light ones */
#define HYK_FAST_AFTER 1000u          /* light calls in a row */

struct hyk_standing;

/* Of n plugins; `strikes` until quarantine. NULL: no memory. */
struct hyk_standing *hyk_standing_new(size_t n, uint32_t strikes) HYK_MUST_CHECK;
struct hyk_standing *hyk_standing_ref(struct hyk_standing *s);
/* Returns NULL; of NULL: nothing. */
struct hyk_standing *hyk_standing_unref(struct hyk_standing *s);

enum hyk_admission { HYK_ADMITTED, HYK_ADMITTED_AS_PROBE, HYK_REFUSED };
/* May this call run? Every probe must be followed by a hyk_standing_note() of it. */
enum hyk_admission hyk_standing_admit(struct hyk_standing *s, size_t plugin, uint64_t now_ns);

enum hyk_conduct {
	HYK_LIGHT,          /* answered, with most of the budget left */
	HYK_HEAVY,          /* answered, or stopped by a limit, with most of it gone */
	HYK_STRUCK,         /* a strike */
	HYK_UNKNOWN_CONDUCT /* it came to nothing, by no fault of the plugin */
};
enum hyk_standing_change {
	HYK_STANDING_SAME,
	HYK_STANDING_QUARANTINED,
	HYK_STANDING_RELEASED,
	HYK_STANDING_SLOWED,
	HYK_STANDING_HASTENED
};
/* How an admitted call went; what that changed. */
enum hyk_standing_change hyk_standing_note(struct hyk_standing *s, size_t plugin,
    enum hyk_admission admitted, enum hyk_conduct conduct, uint64_t now_ns);

bool hyk_standing_is_quarantined(const struct hyk_standing *s, size_t plugin);
bool hyk_standing_is_slow(const struct hyk_standing *s, size_t plugin);
/* How many are, now. */
size_t hyk_standing_quarantined(const struct hyk_standing *s);
size_t hyk_standing_slow(const struct hyk_standing *s);
/* Strikes ever given to it. */
uint64_t hyk_standing_strikes(const struct hyk_standing *s, size_t plugin);

#endif
