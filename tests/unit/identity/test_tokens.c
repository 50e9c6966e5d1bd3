/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: round trips, a running engine that sees changes, two commands at once, files that are wrong. */
#include "identity/tokens.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/file.h"
#include "support/check.h"

static struct hyk_arena arena;
static struct hyk_diags diags;
static char dir_name[64];
static struct hyk_str dir;

static void
begin(void)
{
	hyk_arena_init(&arena, 0);
	hyk_diags_init(&diags, &arena);
	snprintf(dir_name, sizeof(dir_name), "/tmp/hyk-tokens-XXXXXX");
	CHECK(mkdtemp(dir_name) != NULL);
	dir = hyk_str_from_c(dir_name);
}

static void
end(void)
{
	static const char *const names[] = { "tokens", "tokens.lock" };
	char path[128];

	for (size_t i = 0; i < HYK_ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir_name, names[i]);
		unlink(path);
	}
	CHECK_INT(rmdir(dir_name), 0);
	hyk_arena_fini(&arena);
}

static const char *
token_path(void)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/tokens", dir_name);
	return path;
}

static void
write_file(const char *text)
{
	FILE *f = fopen(token_path(), "w");

	if (!CHECK(f != NULL))
		return;
	fputs(text, f);
	fclose(f);
	CHECK_INT(chmod(token_path(), 0600), 0);
}

static struct hyk_str
add(const char *name, const char *commons, uint32_t rights)
{
	struct hyk_str secret = { "", 0 };

	CHECK_INT(hyk_tokens_add(dir, hyk_str_from_c(name), hyk_str_from_c(commons), rights, &arena, &secret, &diags),
	    HYK_OK);
	return secret;
}

static unsigned
first_id(void)
{
	return diags.first ? (unsigned)diags.first->id : 0;
}

TEST(rights_have_names)
{
	struct hyk_buf b;
	uint32_t r = 0;

	begin();
	CHECK_INT(hyk_rights_parse(HYK_STR("decide, dry_run"), &r, &diags), HYK_OK);
	CHECK_INT(r, 3);
	CHECK_INT(hyk_rights_parse(HYK_STR("admin"), &r, &diags), HYK_OK);
	CHECK_INT(r, 128);
	CHECK_INT(hyk_rights_parse(HYK_STR("decide,"), &r, NULL), HYK_E_INVALID);
	CHECK_INT(hyk_rights_parse(HYK_STR(""), &r, NULL), HYK_E_INVALID);
	CHECK_INT(r, 128);
	CHECK_INT(hyk_rights_parse(HYK_STR("decide,oficer"), &r, &diags), HYK_E_INVALID);
	CHECK_INT(first_id(), 727);
	CHECK(diags.first && hyk_str_find(diags.first->hint[0], HYK_STR("officer")) != SIZE_MAX);
	hyk_buf_init(&b, 0);
	hyk_rights_write(&b, HYK_RIGHT_DECIDE | HYK_RIGHT_AUDITOR);
	CHECK_STR(hyk_buf_peek(&b), "decide,auditor");
	hyk_buf_fini(&b);
	end();
}

TEST(round_trip)
{
	struct hyk_caller c, *all;
	struct hyk_tokens *t;
	struct hyk_str one, two;
	struct stat s;
	size_t n;

	begin();
	one = add("booking", "yongin", HYK_RIGHT_DECIDE | HYK_RIGHT_DRY_RUN);
	CHECK_INT(one.n, 47);
	CHECK(hyk_str_starts_with(one, HYK_STR("hyk_")));
	CHECK_INT(stat(token_path(), &s), 0);
	CHECK_INT(s.st_mode & 07777, 0600);
	REQUIRE(hyk_tokens_open(dir, &t, &diags) == HYK_OK);
	CHECK(hyk_tokens_find(t, one, &c));
	CHECK_C(c.name, "booking");
	CHECK_C(c.commons, "yongin");
	CHECK_INT(c.rights, 3);
	/* Beside the open set, and seen at once; many times, so that equal sizes and times would show. */
	for (int i = 0; i < 50; i++) {
		two = add("\353\254\270", "yongin/giheung", HYK_RIGHT_ADMIN);
		CHECK(hyk_tokens_find(t, two, &c));
		CHECK_C(c.name, "\353\254\270");
		CHECK_INT(hyk_tokens_remove(dir, HYK_STR("\353\254\270"), &diags), HYK_OK);
		CHECK(!hyk_tokens_find(t, two, &c));
		CHECK(hyk_tokens_find(t, one, &c));
	}
	CHECK(!hyk_tokens_find(t, HYK_STR(""), &c));
	CHECK(!hyk_tokens_find(t, HYK_STR("hyk_"), &c));
	CHECK(!hyk_tokens_find(t, HYK_STR("hyk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &c));
	add("alpha", "yongin", HYK_RIGHT_VOUCH);
	CHECK_INT(hyk_tokens_list(dir, &arena, &all, &n, &diags), HYK_OK);
	CHECK_INT(n, 2);
	CHECK_C(all[0].name, "alpha");
	CHECK_C(all[1].name, "booking");
	CHECK_INT(diags.n_errors, 0);
	/* Gone with the file. */
	unlink(token_path());
	CHECK(!hyk_tokens_find(t, one, &c));
	hyk_tokens_close(t);
	end();
}

TEST(secret_is_not_in_the_file)
{
	struct hyk_str secret, text;
	uint8_t hash[32];
	struct hyk_buf hex;

	begin();
	secret = add("booking", "yongin", 1);
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(token_path()), 10000, &text, &diags), HYK_OK);
	CHECK_INT(hyk_str_find(text, hyk_str_make(secret.p + 4, 20)), SIZE_MAX);
	hyk_sha256(secret, hash);
	hyk_buf_init(&hex, 0);
	hyk_hex(&hex, hash, 32);
	CHECK(hyk_str_find(text, hyk_buf_peek(&hex)) != SIZE_MAX);
	hyk_buf_fini(&hex);
	end();
}

TEST(names_are_checked)
{
	static const char *const bad[] = { "", "a b", "#a", "tab\t", "line\n",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\377" };
	static const char *const bad_commons[] = { "", "/yongin", "yongin/", "a//b", "a b" };
	struct hyk_str secret = { NULL, 0 };

	begin();
	for (size_t i = 0; i < HYK_ARRAY_LEN(bad); i++)
		CHECK_INT(hyk_tokens_add(dir, hyk_str_from_c(bad[i]), HYK_STR("yongin"), 1, &arena, &secret, NULL),
		    HYK_E_INVALID);
	for (size_t i = 0; i < HYK_ARRAY_LEN(bad_commons); i++)
		CHECK_INT(hyk_tokens_add(dir, HYK_STR("x"), hyk_str_from_c(bad_commons[i]), 1, &arena, &secret, NULL),
		    HYK_E_INVALID);
	CHECK_INT(hyk_tokens_add(dir, HYK_STR("x"), HYK_STR("yongin"), 0, &arena, &secret, NULL), HYK_E_INVALID);
	CHECK(secret.p == NULL);
	add("x", "yongin", 1);
	CHECK_INT(hyk_tokens_add(dir, HYK_STR("x"), HYK_STR("yongin"), 1, &arena, &secret, &diags), HYK_E_EXISTS);
	CHECK_INT(first_id(), 723);
	CHECK_INT(hyk_tokens_remove(dir, HYK_STR("y"), NULL), HYK_E_NOT_FOUND);
	end();
}

#define HASH_OF_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

TEST(comments_stay)
{
	struct hyk_str text;

	begin();
	write_file("# ours\n\n  a  yongin\tdecide " HASH_OF_EMPTY " 2026-05-09T05:00:00Z\r\n# end");
	add("b", "yongin", 1);
	CHECK_INT(hyk_tokens_remove(dir, HYK_STR("a"), &diags), HYK_OK);
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(token_path()), 10000, &text, &diags), HYK_OK);
	CHECK(hyk_str_starts_with(text, HYK_STR("# ours\n\n# end\nb yongin decide ")));
	CHECK_INT(diags.n_errors, 0);
	end();
}

TEST(errors_have_a_place)
{
	static const struct {
		const char *line;
		unsigned at, n;
	} cases[] = {
		{ "a yongin decide " HASH_OF_EMPTY, 0, 80 },
		{ "a yongin decide " HASH_OF_EMPTY " 2026-05-09T05:00:00Z more", 0, 106 },
		{ "a /yongin decide " HASH_OF_EMPTY " 2026-05-09T05:00:00Z", 2, 7 },
		{ "a yongin decied " HASH_OF_EMPTY " 2026-05-09T05:00:00Z", 9, 6 },
		{ "a yongin decide E3B0 2026-05-09T05:00:00Z", 16, 4 },
		{ "a yongin decide " HASH_OF_EMPTY " yesterday", 81, 9 },
	};
	struct hyk_tokens *t = NULL;
	struct hyk_str secret;

	for (size_t i = 0; i < HYK_ARRAY_LEN(cases); i++) {
		begin();
		write_file(cases[i].line);
		CHECK_INT(hyk_tokens_open(dir, &t, &diags), HYK_E_INVALID);
		CHECK_INT(first_id(), 720);
		if (diags.first) {
			CHECK_INT(diags.first->span.at, cases[i].at);
			CHECK_INT(diags.first->span.n, cases[i].n);
		}
		/* A command refuses too, and leaves the file as it is. */
		CHECK_INT(hyk_tokens_add(dir, HYK_STR("b"), HYK_STR("yongin"), 1, &arena, &secret, NULL), HYK_E_INVALID);
		end();
	}
	begin();
	write_file("a yongin decide " HASH_OF_EMPTY " 2026-05-09T05:00:00Z\na yongin decide " HASH_OF_EMPTY
		   " 2026-05-09T05:00:00Z\n");
	CHECK_INT(hyk_tokens_open(dir, &t, &diags), HYK_E_INVALID);
	CHECK_INT(first_id(), 721);
	end();
}

TEST(a_wrong_line_takes_nothing_from_others)
{
	struct hyk_tokens *t;
	struct hyk_caller c;
	struct hyk_str secret, text;
	char all[1024];

	begin();
	secret = add("good", "yongin", 1);
	REQUIRE(hyk_tokens_open(dir, &t, &diags) == HYK_OK);
	CHECK_INT(hyk_file_read(&arena, hyk_str_from_c(token_path()), 10000, &text, &diags), HYK_OK);
	snprintf(all, sizeof(all), "broken line\n%.*s", HYK_STR_ARG(text));
	write_file(all);
	CHECK(hyk_tokens_find(t, secret, &c));
	CHECK_C(c.name, "good");
	hyk_tokens_close(t);
	end();
}

TEST(a_file_open_to_others_lets_nobody_in)
{
	static const mode_t modes[] = { 0644, 0620, 0604, 0602 };
	struct hyk_tokens *t, *again = NULL;
	struct hyk_caller c;
	struct hyk_str secret;

	begin();
	secret = add("good", "yongin", 1);
	REQUIRE(hyk_tokens_open(dir, &t, &diags) == HYK_OK);
	CHECK(hyk_tokens_find(t, secret, &c));
	for (size_t i = 0; i < HYK_ARRAY_LEN(modes); i++) {
		CHECK_INT(chmod(token_path(), modes[i]), 0);
		CHECK(!hyk_tokens_find(t, secret, &c));
		CHECK_INT(hyk_tokens_open(dir, &again, &diags), HYK_E_DENIED);
		CHECK_INT(first_id(), 722);
		CHECK_INT(chmod(token_path(), 0600), 0);
		CHECK(hyk_tokens_find(t, secret, &c));
	}
	hyk_tokens_close(t);
	end();
}

TEST(two_processes_add_at_once)
{
	enum { PROCESSES = 2, EACH = 25 };
	struct hyk_caller *all;
	pid_t child[PROCESSES];
	size_t n = 0;

	begin();
	for (int p = 0; p < PROCESSES; p++) {
		child[p] = fork();
		if (child[p] == 0) {
			struct hyk_str secret;
			char name[32];

			for (int i = 0; i < EACH; i++) {
				snprintf(name, sizeof(name), "p%d-%d", p, i);
				if (hyk_tokens_add(dir, hyk_str_from_c(name), HYK_STR("yongin"), 1, &arena, &secret, NULL))
					_exit(1);
			}
			_exit(0);
		}
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status = 1;

		CHECK_INT(waitpid(child[p], &status, 0), child[p]);
		CHECK_INT(status, 0);
	}
	CHECK_INT(hyk_tokens_list(dir, &arena, &all, &n, &diags), HYK_OK);
	CHECK_INT(n, PROCESSES * EACH);
	end();
}

struct seeker {
	struct hyk_tokens *t;
	struct hyk_str secret;
	atomic_bool *stop;
	unsigned missed, found;
};

static void *
seek(void *self)
{
	struct seeker *s = self;
	struct hyk_caller c;

	do {
		if (hyk_tokens_find(s->t, s->secret, &c) && strcmp(c.name, "first") == 0)
			s->found++;
		else
			s->missed++;
	} while (!*s->stop);
	return NULL;
}

TEST(threads_search_while_the_file_changes)
{
	struct seeker s[2];
	pthread_t thread[2];
	atomic_bool stop = false;
	struct hyk_tokens *t;
	struct hyk_str first;

	begin();
	first = add("first", "yongin", 1);
	REQUIRE(hyk_tokens_open(dir, &t, &diags) == HYK_OK);
	for (int i = 0; i < 2; i++) {
		s[i] = (struct seeker){ .t = t, .secret = first, .stop = &stop };
		CHECK_INT(pthread_create(&thread[i], NULL, seek, &s[i]), 0);
	}
	for (int i = 0; i < 20; i++) {
		add("other", "yongin", 1);
		CHECK_INT(hyk_tokens_remove(dir, HYK_STR("other"), &diags), HYK_OK);
	}
	stop = true;
	for (int i = 0; i < 2; i++) {
		CHECK_INT(pthread_join(thread[i], NULL), 0);
		CHECK(s[i].found > 0);
		CHECK_INT(s[i].missed, 0);
	}
	hyk_tokens_close(t);
	end();
}

TEST(no_memory_at_any_point)
{
	struct hyk_str secret, first;
	struct hyk_caller c, *all;
	struct hyk_tokens *t;
	enum hyk_status st;
	char name[32];
	long n = 0;
	size_t n_all;

	begin();
	first = add("first", "yongin", 1);
	for (;; n++) {
		bool found = true;

		t = NULL;
		snprintf(name, sizeof(name), "n%ld", n);
		hyk_alloc_fail_after(n);
		st = hyk_tokens_add(dir, hyk_str_from_c(name), HYK_STR("yongin"), 1, &arena, &secret, NULL);
		if (st == HYK_OK)
			st = hyk_tokens_open(dir, &t, NULL);
		if (st == HYK_OK)
			found = hyk_tokens_find(t, first, &c);
		hyk_tokens_close(t);
		if (st == HYK_OK)
			st = hyk_tokens_list(dir, &arena, &all, &n_all, NULL);
		if (st == HYK_OK)
			st = hyk_tokens_remove(dir, hyk_str_from_c(name), NULL);
		if (!hyk_alloc_failed()) {
			CHECK(found);
			break;
		}
		/* The arenas may have had room left; a search without memory lets nobody in. */
		CHECK(st == HYK_OK || st == HYK_E_NOMEM);
	}
	hyk_alloc_fail_after(-1);
	CHECK(n > 2);
	CHECK_INT(st, HYK_OK);
	CHECK_INT(hyk_tokens_open(dir, &t, &diags), HYK_OK);
	CHECK(hyk_tokens_find(t, first, &c));
	hyk_tokens_close(t);
	end();
}

int
main(void)
{
	RUN(rights_have_names);
	RUN(round_trip);
	RUN(secret_is_not_in_the_file);
	RUN(names_are_checked);
	RUN(comments_stay);
	RUN(errors_have_a_place);
	RUN(a_wrong_line_takes_nothing_from_others);
	RUN(a_file_open_to_others_lets_nobody_in);
	RUN(two_processes_add_at_once);
	RUN(threads_search_while_the_file_changes);
	RUN(no_memory_at_any_point);
	return check_done();
}
