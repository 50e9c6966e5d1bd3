/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline/settle.c - the table of outcomes.
 *
 *   a forbid is true                                         deny
 *   there is no permit, or every one is false                deny
 *   a permit is true, no forbid or require unknown or error  permit
 *   otherwise                                                conditional
 */
#include "pipeline/settle.h"

static unsigned
standing_when_true(const struct hyk_settle_row *r)
{
	unsigned s = 0;

	switch (r->effect) {
	case HYK_PERMIT:
		return HYK_PERMITS;
	case HYK_FORBID:
		return HYK_DENIES;
	case HYK_REQUIRE:
		break;
	}
	if (r->has_need) {
		switch (r->need) {
		case HYK_TRUE:
			break;
		case HYK_FALSE:
			s |= HYK_DENIES;
			break;
		case HYK_UNKNOWN_TRUTH:
			s |= HYK_ASKS_NEED;
			break;
		case HYK_IN_ERROR:
			s |= HYK_ERRS;
			break;
		}
	}
	if (r->has_duty)
		s |= HYK_OWES | (r->duty_errs ? HYK_ERRS : 0u);
	return s;
}

static unsigned
standing(const struct hyk_settle_row *r)
{
	switch (r->when) {
	case HYK_TRUE:
		return standing_when_true(r);
	case HYK_UNKNOWN_TRUTH:
		/* Also of a rule whose need is met: what is not known to be idle holds the permit back. */
		return HYK_ASKS_WHEN;
	case HYK_IN_ERROR:
		return HYK_ERRS;
	case HYK_FALSE:
		break;
	}
	return 0;
}

enum hyk_outcome
hyk_settle(struct hyk_settle_row *rows, size_t n, bool *ret_permitted)
{
	const unsigned open = HYK_ASKS_WHEN | HYK_ASKS_NEED | HYK_ERRS;
	bool denied = false, permitted = false, may_permit = false, held_back = false;

	for (size_t i = 0; i < n; i++) {
		unsigned s = rows[i].standing = standing(&rows[i]);

		denied |= (s & HYK_DENIES) != 0;
		permitted |= (s & HYK_PERMITS) != 0;
		if (rows[i].effect == HYK_PERMIT)
			may_permit |= s != 0;
		else
			held_back |= (s & open) != 0;
	}
	*ret_permitted = permitted;
	if (denied || !may_permit)
		return HYK_OUTCOME_DENY;
	return permitted && !held_back ? HYK_OUTCOME_PERMIT : HYK_OUTCOME_CONDITIONAL;
}
