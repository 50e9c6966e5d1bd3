/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/request.h - one question in AuthZEN's four parts, read from a JSON value.
 *
 * Lifetime:  borrows from the value.
 * Threads:   one thread at a time.
 * Errors:    HYK_E_INVALID with one 8xx message a fault: a missing or mistyped required member
 *            (subject.type, subject.id, action.name, resource.type, resource.id). Unknown members are ignored.
 */
#ifndef HYK_PIPELINE_REQUEST_H
#define HYK_PIPELINE_REQUEST_H

#include "base/clock.h"
#include "base/diag.h"
#include "value/value.h"

struct hyk_request {
	struct hyk_str subject_type, subject_id;
	struct hyk_str action_name;
	struct hyk_str resource_type, resource_id;
	/* properties by root (enum hyk_root; context is the context object itself): a map, or kind null */
	struct hyk_value properties[4];
	bool dry_run, as_scenario; /* of the top level; as_scenario only together with dry_run */
	bool has_now;
	struct hyk_time now;        /* only with dry_run */
	struct hyk_str commons;     /* only with dry_run; may be empty */
	struct hyk_value declared;  /* list of fact paths known no better than declared; or null */
	/*
	 * For a replay: map of fact path to where it came from, "registry", or how well the caller knew it,
	 * "declared", "vouched", "verified"; or null. Read with as_scenario only. Whoever decides again on today's
	 * registry and records sets it without: a fact it does not name is as well known as its schema asks.
	 */
	struct hyk_value known;
};

/* In a search one part is what is looked for: its id (an action's name) is neither asked for nor read. */
enum hyk_searched { HYK_SEARCHED_NOTHING, HYK_SEARCHED_SUBJECT, HYK_SEARCHED_RESOURCE, HYK_SEARCHED_ACTION };

/* `allow_dry_run`: the caller may; otherwise dry_run: true is HYK_E_DENIED. */
enum hyk_status hyk_request_read(struct hyk_value v, enum hyk_searched searched, bool allow_dry_run,
    struct hyk_request *ret_request, struct hyk_diags *diags) HYK_MUST_CHECK;

#endif
