/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/forms.h"

#include "sandbox/jail.h"

/* Answers are small: what a person reads, a few terms. */
const struct hyk_wire_limits hyk_box_request_limits = {
	.depth = 10, .nodes = 4000, .bytes = 16384
};
const struct hyk_wire_limits hyk_box_answer_limits = { .depth = 8, .nodes = 1000, .bytes = 8192 };
const struct hyk_wire_limits hyk_box_manifest_limits = {
	.depth = 16, .nodes = 10000, .bytes = 262144
};

const char *
hyk_hook_name(enum hyk_hook h)
{
	switch (h) {
	case HYK_HOOK_IDENTIFY:
		return "identify";
	case HYK_HOOK_ENRICH:
		return "enrich";
	case HYK_HOOK_PERMIT:
		return "permit";
	case HYK_HOOK_LIABILITY:
		return "liability";
	case HYK_HOOK_VERIFY:
		return "verify";
	case HYK_HOOK_ON_EVENT:
		return "on_event";
	case HYK_N_HOOKS:
		break;
	}
	return "?";
}

const char *
hyk_jail_outcome_name(enum hyk_jail_outcome o)
{
	switch (o) {
	case HYK_JAIL_OK:
		return "ok";
	case HYK_JAIL_ERROR:
		return "error";
	case HYK_JAIL_BUDGET:
		return "budget";
	case HYK_JAIL_MEMORY:
		return "memory";
	case HYK_JAIL_DEADLINE:
		return "deadline";
	case HYK_JAIL_BAD_RESULT:
		return "bad-result";
	case HYK_JAIL_REJECT_LOAD:
		return "reject-load";
	}
	return "?";
}
