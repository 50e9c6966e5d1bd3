/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/text/re2_oracle.h"

#include <re2/re2.h>

struct re2_oracle {
	re2::RE2 re;
	re2_oracle(const re2::StringPiece &p, const re2::RE2::Options &o) : re(p, o)
	{
	}
};

struct re2_oracle *
re2_oracle_new(const char *p, size_t n, bool *ret_ok, bool *ret_large)
{
	re2::RE2::Options o;
	o.set_log_errors(false);
	struct re2_oracle *r = new re2_oracle(re2::StringPiece(p, n), o);
	*ret_ok = r->re.ok();
	*ret_large = r->re.error_code() == re2::RE2::ErrorPatternTooLarge;
	return r;
}

void
re2_oracle_free(struct re2_oracle *o)
{
	delete o;
}

const char *
re2_oracle_error(const struct re2_oracle *o)
{
	return o->re.error().c_str();
}

int
re2_oracle_size(const struct re2_oracle *o)
{
	return o->re.ProgramSize();
}

int
re2_oracle_groups(const struct re2_oracle *o)
{
	return o->re.NumberOfCapturingGroups();
}

bool
re2_oracle_match(const struct re2_oracle *o, const char *p, size_t n_text, size_t from, long *spans, int n)
{
	re2::StringPiece groups[32];

	if (n > 32)
		n = 32;
	if (!o->re.Match(re2::StringPiece(p, n_text), from, n_text, re2::RE2::UNANCHORED, n > 0 ? groups : nullptr, n))
		return false;
	for (int i = 0; i < n; i++) {
		spans[2 * i] = groups[i].data() ? groups[i].data() - p : -1;
		spans[2 * i + 1] = groups[i].data() ? groups[i].data() - p + (long)groups[i].size() : -1;
	}
	return true;
}
