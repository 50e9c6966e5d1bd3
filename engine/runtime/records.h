/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/records.h - facts that the engine keeps itself (source = "record"), looked up in the projections.
 *
 * What is looked up here is as old as the reader's view. Who acts on it has it checked once more in the transaction that
 * records the act: that no other agreement holds the asset, by hyk_store_put_agreement().
 *
 * Now: context.conflict, whether another agreement holds an exclusive asset in the time asked for. All other facts of
 * this source have their defaults.
 *
 * Threads: owning worker only.
 */
#ifndef HYK_RUNTIME_RECORDS_H
#define HYK_RUNTIME_RECORDS_H

#include "pipeline/decide.h"

struct hyk_worker;

struct hyk_records {
	struct hyk_worker *worker;
	const struct hyk_ruleset *ruleset;
	struct hyk_str except; /* an agreement whose own hold is no conflict; may be empty */
};
/* Borrows r. */
struct hyk_record_facts hyk_records_facts(struct hyk_records *r);

#endif
