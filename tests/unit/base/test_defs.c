/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

#include "base/defs.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(a_failed_assertion_names_its_place_and_aborts)
{
	char text[512] = "";
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	REQUIRE(pipe(fds) == 0);
	pid = fork();
	REQUIRE(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		HYK_ASSERT(1 + 1 == 3);
		_exit(0);
	}
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	CHECK(n > 0);
	CHECK(strstr(text, "test_defs.c:") != NULL);
	CHECK(strstr(text, "1 + 1 == 3") != NULL);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

TEST(a_true_one_does_nothing)
{
	HYK_ASSERT(1 + 1 == 2);
	CHECK(true);
}

int
main(void)
{
	RUN(a_failed_assertion_names_its_place_and_aborts);
	RUN(a_true_one_does_nothing);
	return check_done();
}
