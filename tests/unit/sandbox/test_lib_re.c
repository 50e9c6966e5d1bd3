/* SPDX-License-Identifier: Apache-2.0 */
/* re.* in the real jail. Answers by the rules of RE2 (https://github.com/google/re2/wiki/Syntax),
 * by hand. */
#include "open_jail.h"

#define UNITS 20000u

/* A body that logs one expression, and what it logs; or else the end of what it says. */
static const struct {
	const char *expression, *log, *error;
} cases[] = {
	{ "re.match('abc', 'b')", "true", NULL },
	{ "re.match('abc', '^b')", "false", NULL },
	{ "re.match('가나다', '^[가-힣]{3}$')", "true", NULL },
	{ "re.match('', '')", "true", NULL },
	{ "re.match('김미나', '^\\\\p{L}{2}.?$')", "true", NULL },
	{ "re.match('STRASSE', '(?i)^strasse$')", "true", NULL },
	{ "re.match('a\\0b', 'a\\0b')", "true", NULL },
	{ "table.concat({ re.find('key=value', '(\\\\w+)=(\\\\w+)') }, ' ')", "1 9 key value",
	    NULL },
	{ "re.find('aXbX', 'X', 3)", "4", NULL },
	{ "re.find('abc', 'z')", "nil", NULL },
	{ "select(3, re.find('b', '(a)?b'))", "false", NULL },
	{ "re.find('abc', '$')", "4", NULL },
	{ "select(2, re.find('abc', '$'))", "3", NULL },
	{ "re.find('abc', '', 4)", "4", NULL },
	/* The leftmost, and of those the first alternative. */
	{ "table.concat({ re.find('xabc', 'ab|abc') }, ' ')", "2 3", NULL },
	{ "re.replace('2026-05-09', '(\\\\d+)-(\\\\d+)-(\\\\d+)', '\\\\3.\\\\2.\\\\1')",
	    "09.05.2026", NULL },
	{ "re.replace('aaa', 'a', 'b', 2)", "bba", NULL },
	{ "re.replace('aaa', 'a', 'b', 0)", "aaa", NULL },
	{ "re.replace('abc', 'x*', '-')", "-a-b-c-", NULL },
	/* Nothing right behind a match is no match of its own. */
	{ "re.replace('baaac', 'a*', '-')", "-b-c-", NULL },
	{ "re.replace('가나', '', '.')", ".가.나.", NULL },
	{ "re.replace('a.b', '[.]', '\\\\\\\\')", "a\\b", NULL },
	{ "re.replace('ab', '(a)|(b)', '[\\\\1\\\\2]')", "[a][b]", NULL },
	{ "re.replace('', 'a', 'b')", "", NULL },
	{ "re.match('a', '(a')", NULL,
	    "bad argument #2 to 'match' (this '(' is never closed; regular expressions are RE2's)" },
	{ "re.match('a', '(?=a)')", NULL, "; regular expressions are RE2's)" },
	{ "re.match('a', '(a)\\\\1')", NULL, "; regular expressions are RE2's)" },
	{ "re.match('a', ('()'):rep(10))", NULL, "(a pattern has at most 9 groups)" },
	{ "re.match('a', ('a'):rep(1001))", NULL, "(a pattern has at most 1,000 bytes)" },
	{ "re.match('a', ('a{1000}'):rep(7))", NULL, "(the pattern is too large)" },
	{ "re.find('a', 'a', 3)", NULL, "(a position in the text, or one after it, expected)" },
	{ "re.find('a', 'a', 0)", NULL, "(a position in the text, or one after it, expected)" },
	{ "re.replace('a', 'a', '\\\\1')", NULL, "(after \\ comes \\ or the number of a group)" },
	{ "re.replace('a', 'a', '\\\\')", NULL, "(after \\ comes \\ or the number of a group)" },
	{ "re.replace('a', 'a', '\\\\x')", NULL, "(after \\ comes \\ or the number of a group)" },
	{ "re.match(nil, 'a')", NULL, "(string expected, got nil)" },
};

TEST(each_says_what_conditions_would)
{
	static char texts[HYK_ARRAY_LEN(cases)][256];
	struct hyk_jail_source s[HYK_ARRAY_LEN(cases)];
	struct hyk_value m[HYK_ARRAY_LEN(cases)];
	struct hyk_jail *j = NULL;

	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		snprintf(texts[i], sizeof(texts[i]), "log((%s))", cases[i].expression);
		s[i] = body(texts[i]);
	}
	REQUIRE(open_with(s, HYK_ARRAY_LEN(cases), NULL, &j, m) == HYK_OK);
	for (uint32_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		struct hyk_jail_call c = call(j, i, HYK_HOOK_PERMIT, "{}");
		char want[256];
		bool ok;

		if (cases[i].log) {
			snprintf(want, sizeof(want), "%s\n", cases[i].log);
			ok = c.outcome == HYK_JAIL_OK && hyk_str_eq_c(c.log, want);
		} else {
			ok = c.outcome == HYK_JAIL_ERROR &&
			    hyk_str_ends_with(c.message, hyk_str_from_c(cases[i].error));
		}
		if (!CHECK(ok))
			fprintf(stderr, "    %s: %s: %.*s%.*s\n", texts[i],
			    hyk_jail_outcome_name(c.outcome), HYK_STR_ARG(c.log),
			    HYK_STR_ARG(c.message));
	}
	hyk_jail_close(j);
}

/* Whatever was asked before, and in whichever process: a call costs the same. */
TEST(a_pattern_that_was_seen_before_costs_the_same)
{
	struct hyk_jail_source s[] = {
		body("log(tostring(re.match('x', 'a+' .. req.i)))"),
		body("for i = 1, 20 do re.match('x', 'b*' .. i) end"),
		/* Too much for the room beside others, enough alone. */
		body("re.match('x', '[^a-z]\\\\p{L}{2}' .. req.i)"),
	};
	struct hyk_value m[3];
	struct hyk_jail *j = NULL;
	struct hyk_jail_call first[3], c;

	REQUIRE(open_with(s, 3, NULL, &j, m) == HYK_OK);
	for (uint32_t i = 0; i < 3; i++) {
		first[i] = call(j, i, HYK_HOOK_PERMIT, "{\"i\":1}");
		CHECK_INT(first[i].outcome, HYK_JAIL_OK);
	}
	for (int round = 0; round < 50; round++) {
		uint32_t i = (uint32_t)(round * 7 % 3);

		c = call(j, i, HYK_HOOK_PERMIT, round % 5 ? "{\"i\":1}" : "{\"i\":2}");
		CHECK_INT(c.outcome, HYK_JAIL_OK);
		CHECK_INT(c.units, first[i].units);
	}
	hyk_jail_close(j);
}

/* Nothing takes long without being paid for, and nothing ends the jail. */
TEST(hostile_patterns_end_by_the_budget)
{
	static const struct {
		const char *text;
		enum hyk_jail_outcome outcome;
	} hostile[] = {
		{ "local s = ('a'):rep(20000) for i = 1, 1000 do re.match(s, '(a|aa|a*)*b') end",
		    HYK_JAIL_BUDGET },
		{ "local s = ('a'):rep(20000) for i = 1, 1000 do re.find(s, '(((a*)*)*)*b') end",
		    HYK_JAIL_BUDGET },
		{ "local s = ('a'):rep(20000) for i = 1, 1000 do re.replace(s, '', 'xxxxxxxx') end",
		    HYK_JAIL_BUDGET },
		{ "for i = 1, 1e9 do re.match('', 'x' .. i) end", HYK_JAIL_BUDGET },
		{ "for i = 1, 1e9 do re.match('', '\\\\p{L}' .. i) end", HYK_JAIL_BUDGET },
		{ "for i = 1, 1e9 do re.match('', '(?i)[^\\\\pL\\\\pN]' .. i) end",
		    HYK_JAIL_BUDGET },
		{ "re.match('', '(?i)[' .. ('\\\\pL'):rep(300) .. ']')", HYK_JAIL_ERROR },
		{ "re.match('', '(?i)[^' .. ('\\\\PL'):rep(300) .. ']')", HYK_JAIL_ERROR },
		{ "re.match('', ('(?:'):rep(190) .. ('){9}'):rep(99))", HYK_JAIL_ERROR },
		{ "re.match('', ('a{9}'):rep(250))", HYK_JAIL_OK },
		{ "re.match('', ('('):rep(1000))", HYK_JAIL_ERROR },
		{ "re.match('', ('|'):rep(1000))", HYK_JAIL_OK },
		{ "re.match('\\xff\\xfe', '[\\xff]')", HYK_JAIL_ERROR },
		{ "re.match('\\xff\\xfe', '.')", HYK_JAIL_OK },
	};
	struct hyk_jail_source s[HYK_ARRAY_LEN(hostile)];
	struct hyk_value m[HYK_ARRAY_LEN(hostile)];
	struct hyk_jail *j = NULL;

	for (size_t i = 0; i < HYK_ARRAY_LEN(hostile); i++)
		s[i] = body(hostile[i].text);
	REQUIRE(open_with(s, HYK_ARRAY_LEN(hostile), NULL, &j, m) == HYK_OK);
	for (uint32_t i = 0; i < HYK_ARRAY_LEN(hostile); i++) {
		struct hyk_jail_call c = call(j, i, HYK_HOOK_PERMIT, "{}");

		if (!CHECK_INT(c.outcome, hostile[i].outcome))
			fprintf(stderr, "    %s: %.*s\n", hostile[i].text, HYK_STR_ARG(c.message));
		CHECK(!c.replaced);
		CHECK(c.units <= UNITS + 5000);
	}
	CHECK_INT(hyk_jail_stats(j).replaced, 0);
	hyk_jail_close(j);
}

int
main(void)
{
	hyk_arena_init(&arena, 0);
	RUN(each_says_what_conditions_would);
	RUN(a_pattern_that_was_seen_before_costs_the_same);
	RUN(hostile_patterns_end_by_the_budget);
	hyk_arena_fini(&arena);
	return check_done();
}
