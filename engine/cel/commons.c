/* SPDX-License-Identifier: Apache-2.0 */
/* cel/commons.c - see commons.h. */
#include "cel/commons.h"

static bool
check_holiday(const struct hyk_cel_commons *commons, const struct hyk_source *src, const struct hyk_cel_node *n,
    struct hyk_diags *diags)
{
	if (commons->calendar)
		return true;
	HYK_DIAG0(diags, HYK_D_CEL_NO_CALENDAR, src, n->span);
	return false;
}

bool
hyk_cel_commons_check(const struct hyk_cel_commons *commons, const struct hyk_source *src, const struct hyk_cel_node *n,
    struct hyk_diags *diags)
{
	bool ok = true;

	if (!commons)
		return true;
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (n->args[i] && !hyk_cel_commons_check(commons, src, n->args[i], diags))
			ok = false;
	}
	if (n->kind != HYK_CEL_N_CALL || !n->n_fn || n->flags & HYK_CEL_MEMBER)
		return ok;
	if (hyk_str_eq_c(n->name, "holiday"))
		return check_holiday(commons, src, n, diags) && ok;
	return ok;
}
