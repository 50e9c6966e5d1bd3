/* SPDX-License-Identifier: Apache-2.0 */
/* identity/rights.c - the names of rights. */
#include "identity/tokens.h"

static const struct hyk_str names[] = {
	HYK_STR_INIT("decide"),
	HYK_STR_INIT("dry_run"),
	HYK_STR_INIT("vouch"),
	HYK_STR_INIT("events"),
	HYK_STR_INIT("officer"),
	HYK_STR_INIT("steward"),
	HYK_STR_INIT("auditor"),
	HYK_STR_INIT("admin"),
};

enum hyk_status
hyk_rights_parse(struct hyk_str text, uint32_t *ret_rights, struct hyk_diags *diags)
{
	uint32_t rights = 0;
	size_t at = 0;

	while (at <= text.n) {
		const char *comma = at < text.n ? memchr(text.p + at, ',', text.n - at) : NULL;
		size_t end = comma ? (size_t)(comma - text.p) : text.n, i = 0;
		struct hyk_str one = hyk_str_trim(hyk_str_make(text.p ? text.p + at : NULL, end - at));

		while (i < HYK_ARRAY_LEN(names) && !hyk_str_eq(one, names[i]))
			i++;
		if (i == HYK_ARRAY_LEN(names)) {
			struct hyk_diag *d = HYK_DIAG(diags, HYK_D_RIGHT_UNKNOWN, NULL, HYK_NO_SPAN, one);

			hyk_diag_suggest(diags, d, hyk_str_nearest(one, names, HYK_ARRAY_LEN(names)));
			return HYK_E_INVALID;
		}
		rights |= 1u << i;
		at = end + 1;
	}
	*ret_rights = rights;
	return HYK_OK;
}

void
hyk_rights_write(struct hyk_buf *b, uint32_t rights)
{
	bool any = false;

	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		if (!(rights & 1u << i))
			continue;
		if (any)
			hyk_buf_append_char(b, ',');
		hyk_buf_append(b, names[i]);
		any = true;
	}
}
