/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/log.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <unistd.h>

static int pipe_fds[2], real_stderr;
static char line[8192];

static void
capture(void)
{
	fflush(stderr);
	if (pipe(pipe_fds) != 0)
		abort();
	real_stderr = dup(STDERR_FILENO);
	dup2(pipe_fds[1], STDERR_FILENO);
}

/* What was written since, with its time cut off: "info ruleset.loaded version=3\n". */
static struct hyk_str
captured(void)
{
	ssize_t n;

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(pipe_fds[1]);
	n = read(pipe_fds[0], line, sizeof(line));
	close(pipe_fds[0]);
	return hyk_str_make(line, n > 0 ? (size_t)n : 0);
}

static struct hyk_str
after_time(struct hyk_str s)
{
	size_t blank = hyk_str_find(s, HYK_STR(" "));

	CHECK(s.n > 25);
	if (blank != 24 || s.p[10] != 'T' || s.p[23] != 'Z')
		return HYK_STR("(no time)");
	return hyk_str_make(s.p + 25, s.n - 25);
}

TEST(one_line_of_text)
{
	capture();
	HYK_LOG(HYK_LOG_INFO, "ruleset.loaded", { "version", HYK_STR("3") }, { "path", HYK_STR("a b/c") });
	CHECK_STR(after_time(captured()), "info ruleset.loaded version=3 path=\"a b/c\"\n");
	capture();
	hyk_log_event(HYK_LOG_ERROR, "stop", 0, NULL);
	CHECK_STR(after_time(captured()), "error stop\n");
}

TEST(values_cannot_break_the_line)
{
	capture();
	HYK_LOG(HYK_LOG_WARN, "x", { "v", HYK_STR("a\nb\x1b[2J\"\\\xff\x7f") }, { "empty", HYK_STR("") },
	    { "ko", HYK_STR("향약") }, { "eq", HYK_STR("a=b") });
	CHECK_STR(after_time(captured()),
	    "warn x v=\"a\\nb\\u001b[2J\\\"\\\\\\ufffd\\u007f\" empty=\"\" ko=\"향약\" eq=\"a=b\"\n");
}

TEST(below_the_level_nothing_is_written)
{
	capture();
	hyk_log_event(HYK_LOG_DEBUG, "x", 0, NULL);
	CHECK_STR(captured(), "");
	hyk_log_set_level(HYK_LOG_DEBUG);
	capture();
	hyk_log_event(HYK_LOG_DEBUG, "x", 0, NULL);
	CHECK_STR(after_time(captured()), "debug x\n");
	hyk_log_set_level(HYK_LOG_ERROR);
	capture();
	hyk_log_event(HYK_LOG_WARN, "x", 0, NULL);
	CHECK_STR(captured(), "");
	hyk_log_set_level(HYK_LOG_INFO);
}

static json_t *
captured_json(void)
{
	struct hyk_str s = captured();
	json_t *root;

	CHECK(s.n && s.p[s.n - 1] == '\n');
	CHECK(s.n && memchr(s.p, '\n', s.n - 1) == NULL);
	root = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	if (!CHECK(root != NULL))
		fprintf(stderr, "    %.*s\n", HYK_STR_ARG(s));
	return root;
}

TEST(json_lines_are_json)
{
	json_t *root;

	hyk_log_set_json(true);
	capture();
	HYK_LOG(HYK_LOG_INFO, "a.b", { "k", HYK_STR("x\n\x01\"향\xff") });
	root = captured_json();
	CHECK_C(json_string_value(json_object_get(root, "event")), "a.b");
	CHECK_C(json_string_value(json_object_get(root, "level")), "info");
	CHECK_C(json_string_value(json_object_get(root, "k")), "x\n\x01\"향\xef\xbf\xbd");
	CHECK_INT(json_string_length(json_object_get(root, "time")), 24);
	json_decref(root);
	hyk_log_set_json(false);
}

/* Whatever the length, a line is whole: it ends, its quotes are closed, and as JSON it can be read. */
TEST(long_values_are_cut)
{
	static char value[9000];

	for (size_t i = 0; i + 3 <= sizeof(value); i += 3)
		memcpy(value + i, i % 2 ? "향" : "\n\n\n", 3);
	for (size_t n = 3600; n < 4300; n++) {
		struct hyk_log_pair pairs[] = { { "v", hyk_str_make(value, n) }, { "w", hyk_str_make(value, 40) } };
		struct hyk_str s;
		json_t *root;

		capture();
		hyk_log_event(HYK_LOG_INFO, "long", 2, pairs);
		s = captured();
		CHECK(s.n <= 4096 && s.n > 2000 && s.p[s.n - 1] == '\n');
		CHECK(memchr(s.p, '\n', s.n - 1) == NULL);
		hyk_log_set_json(true);
		capture();
		hyk_log_event(HYK_LOG_INFO, "long", 2, pairs);
		root = captured_json();
		CHECK_C(json_string_value(json_object_get(root, "event")), "long");
		json_decref(root);
		hyk_log_set_json(false);
	}
}

static void *
log_many(void *arg)
{
	const struct hyk_log_pair pair = { "who", hyk_str_from_c(arg) };

	for (int i = 0; i < 50; i++)
		hyk_log_event(HYK_LOG_INFO, "t", 1, &pair);
	return NULL;
}

TEST(lines_of_two_threads_do_not_mix)
{
	static char a[] = "aaaaaaaa", b[] = "bbbbbbbb";
	pthread_t threads[2];
	struct hyk_str s;
	int n_lines = 0;

	capture(); /* 100 lines of 50 bytes fit a pipe */
	REQUIRE(pthread_create(&threads[0], NULL, log_many, a) == 0);
	REQUIRE(pthread_create(&threads[1], NULL, log_many, b) == 0);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	s = captured();
	while (s.n) {
		const char *end = memchr(s.p, '\n', s.n);
		struct hyk_str one;

		REQUIRE(end);
		one = after_time(hyk_str_make(s.p, (size_t)(end - s.p)));
		CHECK(hyk_str_eq_c(one, "info t who=aaaaaaaa") || hyk_str_eq_c(one, "info t who=bbbbbbbb"));
		s = hyk_str_make(end + 1, s.n - (size_t)(end + 1 - s.p));
		n_lines++;
	}
	CHECK_INT(n_lines, 100);
}

int
main(void)
{
	RUN(one_line_of_text);
	RUN(values_cannot_break_the_line);
	RUN(below_the_level_nothing_is_written);
	RUN(json_lines_are_json);
	RUN(long_values_are_cut);
	RUN(lines_of_two_threads_do_not_mix);
	return check_done();
}
