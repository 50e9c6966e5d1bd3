/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile scripts: files with a head of "-- EXPECT: a|b" lines, beside a canary. */
#ifndef HYK_TESTS_CORPUS_H
#define HYK_TESTS_CORPUS_H

#include "support/check.h"

#include "base/file.h"
#include "sandbox/jail.h"

struct script {
	struct hyk_str name, text;
	struct hyk_str expect; /* "ok|error" */
	int repeat;
	bool any_request; /* the result may differ with the request */
};

static inline struct hyk_str
head_line(struct hyk_str text, const char *key)
{
	size_t at = hyk_str_find(text, hyk_str_from_c(key));
	const char *end;

	if (at == SIZE_MAX)
		return hyk_str_make("", 0);
	at += strlen(key);
	end = memchr(text.p + at, '\n', text.n - at);
	return hyk_str_trim(
	    hyk_str_make(text.p + at, end ? (size_t)(end - text.p) - at : text.n - at));
}

/* All *.lua of a folder but the canary; 0 when there is no such folder. */
static inline size_t
read_corpus(struct hyk_arena *a, const char *folder, struct script **ret_scripts,
    struct hyk_str *ret_canary)
{
	struct hyk_str *names;
	struct script *s;
	bool *is_dir;
	size_t n, k = 0;

	if (hyk_file_list(a, hyk_str_from_c(folder), &names, &is_dir, &n, NULL) != HYK_OK)
		return 0;
	s = hyk_arena_array(a, n + 1, sizeof(*s));
	for (size_t i = 0; s && i < n; i++) {
		struct hyk_str path = hyk_arena_printf(a, "%s/%.*s", folder, HYK_STR_ARG(names[i])),
			       text, repeat;
		int64_t times = 1;

		if (is_dir[i] || !hyk_str_ends_with(names[i], HYK_STR(".lua")) ||
		    hyk_file_read(a, path, 1 << 20, &text, NULL) != HYK_OK)
			continue;
		if (hyk_str_eq_c(names[i], "_canary.lua")) {
			*ret_canary = text;
			continue;
		}
		repeat = head_line(text, "-- REPEAT:");
		hyk_str_to_i64(repeat, &times);
		s[k++] = (struct script){ names[i], text, head_line(text, "-- EXPECT:"), (int)times,
			false };
	}
	*ret_scripts = s;
	return k;
}

/* Is the outcome one of those in the head? What is not of the hook's type counts as a value of its
 * own. */
static inline bool
is_expected(struct hyk_str expect, const char *outcome)
{
	while (expect.n) {
		const char *bar = memchr(expect.p, '|', expect.n);
		struct hyk_str one = { expect.p, bar ? (size_t)(bar - expect.p) : expect.n };

		one = hyk_str_trim(one);
		if (hyk_str_eq_c(one, outcome))
			return true;
		if ((hyk_str_eq_c(one, "ok") || hyk_str_eq_c(one, "same")) &&
		    (strcmp(outcome, "ok") == 0 || strcmp(outcome, "bad-result") == 0))
			return true;
		if (!bar)
			break;
		expect = hyk_str_make(bar + 1, (size_t)(expect.p + expect.n - (bar + 1)));
	}
	return false;
}

/* {role = "member", subject = "alice@example.net", amount = 42}, as the canary asks for. */
static inline struct hyk_value
canary_request(struct hyk_arena *a)
{
	struct hyk_mapb b;

	hyk_mapb_init(&b, a);
	CHECK(hyk_mapb_add_c(&b, "role", hyk_string(HYK_STR("member"))));
	CHECK(hyk_mapb_add_c(&b, "subject", hyk_string(HYK_STR("alice@example.net"))));
	CHECK(hyk_mapb_add_c(&b, "amount", hyk_int(42)));
	return hyk_mapb_finish(&b, NULL);
}

static inline const char *
jail_program(void)
{
	static _Thread_local char path[4096];
	const char *build = getenv("HYK_BUILD");

	snprintf(path, sizeof(path), "%s/hyangyak-jail", build && *build ? build : "build");
	return path;
}

#endif
