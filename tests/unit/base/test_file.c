/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/alloc.h"
#include "base/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct hyk_arena arena;
static struct hyk_diags diags;
static char folder[64];

static struct hyk_str
in_folder(const char *name)
{
	return hyk_arena_printf(&arena, "%s/%s", folder, name);
}

static void
put(const char *name, const char *text)
{
	CHECK_INT(hyk_file_replace(in_folder(name), hyk_str_from_c(text), 0600, &diags), HYK_OK);
}

/* The last message, and forgets all. */
static struct hyk_str
last_message(void)
{
	struct hyk_str s = diags.last ? diags.last->text[HYK_LANG_EN] : HYK_STR("(none)");

	hyk_diags_init(&diags, &arena);
	return s;
}

TEST(written_is_read)
{
	struct hyk_str text = { NULL, 0 };

	put("a", "hello\n");
	CHECK_INT(hyk_file_read(&arena, in_folder("a"), 100, &text, &diags), HYK_OK);
	CHECK_STR(text, "hello\n");
	put("a", "");
	CHECK_INT(hyk_file_read(&arena, in_folder("a"), 0, &text, &diags), HYK_OK);
	CHECK_STR(text, "");
	CHECK_INT(hyk_file_replace(in_folder("nul"), hyk_str_make("a\0b", 3), 0600, &diags), HYK_OK);
	CHECK_INT(hyk_file_read(&arena, in_folder("nul"), 3, &text, &diags), HYK_OK);
	CHECK_INT(text.n, 3);
	CHECK_INT(diags.n_errors, 0);
}

TEST(the_limit_is_exact)
{
	static char big[200001];
	struct hyk_str text = HYK_STR("untouched");

	memset(big, 'x', sizeof(big) - 1);
	put("big", big);
	CHECK_INT(hyk_file_read(&arena, in_folder("big"), 200000, &text, &diags), HYK_OK);
	CHECK_INT(text.n, 200000);
	text = HYK_STR("untouched");
	CHECK_INT(hyk_file_read(&arena, in_folder("big"), 199999, &text, &diags), HYK_E_LIMIT);
	CHECK_STR(text, "untouched");
	CHECK(hyk_str_ends_with(last_message(), HYK_STR("/big' is larger than 199999 bytes")));
}

TEST(failures_say_what_the_system_said)
{
	struct hyk_str text;

	CHECK_INT(hyk_file_read(&arena, in_folder("none"), 10, &text, &diags), HYK_E_NOT_FOUND);
	CHECK(hyk_str_ends_with(last_message(), HYK_STR("/none': No such file or directory")));
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(folder), 10, &text, &diags), HYK_E_INVALID);
	CHECK(hyk_str_ends_with(last_message(), HYK_STR(": Is a directory")));
	CHECK_INT(hyk_file_read(&arena, in_folder("a/b"), 10, &text, &diags), HYK_E_NOT_FOUND);
	CHECK(hyk_str_ends_with(last_message(), HYK_STR(": Not a directory")));
	CHECK_INT(hyk_file_read(&arena, HYK_STR(""), 10, &text, &diags), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_file_read(&arena, hyk_str_make("/etc\0x", 6), 10, &text, &diags), HYK_E_INVALID);
	CHECK_INT(hyk_file_replace(in_folder("none/x"), HYK_STR("x"), 0600, &diags), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_file_replace(HYK_STR("/dev/full/x"), HYK_STR("x"), 0600, &diags), HYK_E_NOT_FOUND);
	last_message();
	/* Without anyone to tell. */
	CHECK_INT(hyk_file_read(&arena, in_folder("none"), 10, &text, NULL), HYK_E_NOT_FOUND);
}

TEST(a_path_too_long_is_refused)
{
	static char path[5000];
	struct hyk_str text;

	memset(path, 'p', sizeof(path));
	CHECK_INT(hyk_file_read(&arena, hyk_str_make(path, sizeof(path)), 10, &text, &diags), HYK_E_INVALID);
	CHECK(hyk_str_ends_with(last_message(), HYK_STR(": File name too long")));
}

TEST(standard_input)
{
	struct hyk_str text;
	int fds[2], keep = dup(STDIN_FILENO);

	REQUIRE(pipe(fds) == 0);
	REQUIRE(write(fds[1], "from a pipe", 11) == 11);
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	CHECK_INT(hyk_file_read(&arena, HYK_STR("-"), 100, &text, &diags), HYK_OK);
	CHECK_STR(text, "from a pipe");
	close(fds[0]);
	dup2(keep, STDIN_FILENO);
	close(keep);
}

TEST(replace_keeps_mode_and_leaves_nothing_beside)
{
	struct hyk_str *names, text;
	bool *is_dir;
	struct stat st;
	size_t n;
	mode_t mask = umask(077);

	CHECK_INT(hyk_file_make_dirs(in_folder("r"), 0755, &diags), HYK_OK);
	CHECK_INT(hyk_file_replace(in_folder("r/f"), HYK_STR("one"), 0640, &diags), HYK_OK);
	CHECK_INT(hyk_file_replace(in_folder("r/f"), HYK_STR("two"), 0644, &diags), HYK_OK);
	umask(mask);
	REQUIRE(stat(in_folder("r/f").p, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0644);
	REQUIRE(stat(in_folder("r").p, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0755);
	CHECK_INT(hyk_file_read(&arena, in_folder("r/f"), 10, &text, &diags), HYK_OK);
	CHECK_STR(text, "two");
	CHECK_INT(hyk_file_list(&arena, in_folder("r"), &names, &is_dir, &n, &diags), HYK_OK);
	CHECK_INT(n, 1);
}

/* A write that fails half-way: a reader still sees the old text, whole, and no rest lies about. */
TEST(a_failed_replace_leaves_the_old_file)
{
	struct rlimit old, small = { 4096, 0 };
	static char big[10000];
	struct hyk_str *names, text;
	bool *is_dir;
	size_t n;

	CHECK_INT(hyk_file_make_dirs(in_folder("w"), 0755, &diags), HYK_OK);
	CHECK_INT(hyk_file_replace(in_folder("w/f"), HYK_STR("old"), 0644, &diags), HYK_OK);
	memset(big, 'x', sizeof(big));
	REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
	small.rlim_max = old.rlim_max;
	REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0); /* SIGXFSZ is ignored by main() */
	CHECK_INT(hyk_file_replace(in_folder("w/f"), hyk_str_make(big, sizeof(big)), 0644, &diags), HYK_E_IO);
	setrlimit(RLIMIT_FSIZE, &old);
	CHECK(hyk_str_ends_with(last_message(), HYK_STR(": File too large")));
	CHECK_INT(hyk_file_read(&arena, in_folder("w/f"), 10, &text, &diags), HYK_OK);
	CHECK_STR(text, "old");
	CHECK_INT(hyk_file_list(&arena, in_folder("w"), &names, &is_dir, &n, &diags), HYK_OK);
	CHECK_INT(n, 1);
}

TEST(lists_are_sorted_by_bytes)
{
	struct hyk_str *names = NULL;
	bool *is_dir = NULL;
	size_t n = 99;

	CHECK_INT(hyk_file_make_dirs(in_folder("l/sub"), 0755, &diags), HYK_OK);
	CHECK_INT(hyk_file_list(&arena, in_folder("l/sub"), &names, &is_dir, &n, &diags), HYK_OK);
	CHECK_INT(n, 0);
	put("l/b", "");
	put("l/B", "");
	put("l/나", "");
	put("l/a.10", "");
	put("l/a.9", "");
	put("l/.hidden", "");
	CHECK_INT(symlink("sub", in_folder("l/link").p), 0);
	CHECK_INT(symlink("nowhere", in_folder("l/broken").p), 0);
	CHECK_INT(hyk_file_list(&arena, in_folder("l"), &names, &is_dir, &n, &diags), HYK_OK);
	REQUIRE(n == 8);
	static const char *const want[] = { "B", "a.10", "a.9", "b", "broken", "link", "sub", "나" };

	for (size_t i = 0; i < 8; i++) {
		CHECK_STR(names[i], want[i]);
		CHECK_INT(is_dir[i], i == 5 || i == 6); /* a link to a folder is one */
	}
	CHECK_INT(hyk_file_list(&arena, in_folder("none"), &names, &is_dir, &n, &diags), HYK_E_NOT_FOUND);
	CHECK_INT(hyk_file_list(&arena, in_folder("a"), &names, &is_dir, &n, &diags), HYK_E_NOT_FOUND);
	last_message();
}

TEST(folders_are_made_once)
{
	struct stat st;

	CHECK_INT(hyk_file_make_dirs(in_folder("m/n/o"), 0750, &diags), HYK_OK);
	CHECK_INT(hyk_file_make_dirs(in_folder("m/n/o"), 0700, &diags), HYK_OK);
	CHECK_INT(hyk_file_make_dirs(in_folder("m//n/p/"), 0700, &diags), HYK_OK);
	REQUIRE(stat(in_folder("m/n").p, &st) == 0);
	CHECK(S_ISDIR(st.st_mode));
	CHECK_INT(st.st_mode & 0777, 0750);
	REQUIRE(stat(in_folder("m/n/p").p, &st) == 0);
	CHECK_INT(diags.n_errors, 0);
	CHECK_INT(hyk_file_make_dirs(in_folder("a/x"), 0750, &diags), HYK_E_NOT_FOUND);
	CHECK(hyk_str_ends_with(last_message(), HYK_STR(": Not a directory")));
	CHECK_INT(hyk_file_make_dirs(HYK_STR(""), 0750, &diags), HYK_E_NOT_FOUND);
	last_message();
}

TEST(without_memory)
{
	for (long i = 0;; i++) {
		struct hyk_arena a;
		struct hyk_str text, *names, path = in_folder("a"), dir = in_folder("l");
		bool *is_dir, refused;
		size_t n;
		enum hyk_status read_st, list_st;

		hyk_arena_init(&a, 0);
		hyk_alloc_fail_after(i);
		read_st = hyk_file_read(&a, path, 100, &text, NULL);
		list_st = hyk_file_list(&a, dir, &names, &is_dir, &n, NULL);
		refused = hyk_alloc_failed();
		hyk_alloc_fail_after(-1);
		CHECK(read_st == HYK_OK || read_st == HYK_E_NOMEM);
		CHECK(list_st == HYK_OK || list_st == HYK_E_NOMEM);
		CHECK_INT(refused, read_st != HYK_OK || list_st != HYK_OK);
		hyk_arena_fini(&a);
		if (!refused)
			break;
	}
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	char command[128];

	signal(SIGXFSZ, SIG_IGN);
	snprintf(folder, sizeof(folder), "%s/hyk-file-XXXXXX", tmp && strlen(tmp) < 30 ? tmp : "/tmp");
	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	RUN(written_is_read);
	RUN(the_limit_is_exact);
	RUN(failures_say_what_the_system_said);
	RUN(a_path_too_long_is_refused);
	RUN(standard_input);
	RUN(replace_keeps_mode_and_leaves_nothing_beside);
	RUN(a_failed_replace_leaves_the_old_file);
	RUN(lists_are_sorted_by_bytes);
	RUN(folders_are_made_once);
	RUN(without_memory);
	hyk_arena_fini(&arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	CHECK_INT(system(command), 0);
	return check_done();
}
