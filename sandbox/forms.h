/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox/forms.h - what both sides of the wall must agree on, beside the channel.
 *
 * Threads:   immutable.
 */
#ifndef HYK_SANDBOX_FORMS_H
#define HYK_SANDBOX_FORMS_H

#include "sandbox/wire.h"

#define HYK_BOX_PLUGINS 64
#define HYK_BOX_SOURCE_BYTES 65536
#define HYK_BOX_UNITS 20000u /* of a call; options may lower it */

/* What crosses: requests, answers, manifests. */
extern const struct hyk_wire_limits hyk_box_request_limits, hyk_box_answer_limits,
    hyk_box_manifest_limits;

/* How a load ended; in the reply before a line number and a text. */
enum hyk_box_load {
	HYK_BOX_LOADED, /* followed by the manifest */
	HYK_BOX_SYNTAX, /* it does not parse */
	HYK_BOX_RAISED, /* it raised while it ran */
	HYK_BOX_BUDGET,
	HYK_BOX_MEMORY,
	HYK_BOX_FORM, /* it is no plugin { ... } of the known form; or a value that cannot be read
	               */
	HYK_BOX_TOO_LONG,
	HYK_BOX_N_LOADS
};

#endif
