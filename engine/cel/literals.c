/* SPDX-License-Identifier: Apache-2.0 */
/* cel/literals.c - a call is tried with its constants and harmless values for the rest; what fails then always fails. */
#include "cel/literals.h"

#include "cel/functions.h"

/* Stand-ins for arguments that are not known; false: the call cannot be tried. */
static bool
arguments(const struct hyk_cel_node *n, struct hyk_value *args)
{
	bool zoned = n->flags & HYK_CEL_MEMBER && n->n_args == 2 && hyk_str_starts_with(n->name, HYK_STR("get"));
	bool hours = hyk_str_eq_c(n->name, "overlaps");
	static const char *const conversions[] = { "duration", "timestamp", "int", "uint", "double", "bool", "ip", "cidr" };
	bool literal = false;
	uint32_t unknown = zoned ? 1 : hours ? 2 : 0;

	/* texts that are read as something else */
	for (size_t i = 0; i < HYK_ARRAY_LEN(conversions) && n->n_args == 1 && n->args[0]->kind == HYK_CEL_N_CONST; i++)
		literal = literal || (n->args[0]->value.kind == HYK_STRING && hyk_str_eq_c(n->name, conversions[i]));
	if ((!zoned && !hours && !literal) || n->n_args > HYK_CEL_FN_MAX_ARGS)
		return false;
	for (uint32_t i = 0; i < n->n_args; i++) {
		if (i < unknown)
			args[i] = hyk_timestamp(0, 0);
		else if (n->args[i]->kind == HYK_CEL_N_CONST)
			args[i] = n->args[i]->value;
		else
			return false;
	}
	return true;
}

bool
hyk_cel_literals_check(struct hyk_arena *scratch, const struct hyk_source *src, const struct hyk_cel_node *n,
    struct hyk_diags *diags)
{
	struct hyk_cel_ctx c = { .arena = scratch, .zone = hyk_zone_utc(), .gas = 100000 };
	struct hyk_value args[HYK_CEL_FN_MAX_ARGS], v;
	struct hyk_diag *d;
	bool ok = true;

	for (uint32_t i = 0; i < n->n_args; i++) {
		if (n->args[i] && !hyk_cel_literals_check(scratch, src, n->args[i], diags))
			ok = false;
	}
	if (n->kind != HYK_CEL_N_CALL || !n->n_fn || !arguments(n, args))
		return ok;
	v = hyk_cel_dispatch(&c, n->fn, n->n_fn, args, n->n_args);
	if (v.kind != HYK_ERROR_VALUE)
		return ok;
	d = HYK_DIAG(diags, HYK_D_CEL_LITERAL, src, n->span, v.as.err->text);
	hyk_diag_anchor(d, src, n->anchor);
	return false;
}
