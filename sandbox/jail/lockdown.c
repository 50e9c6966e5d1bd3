/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/jail/lockdown.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534
#define MEMORY_BYTES ((rlim_t)64 << 20)

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the jail's filter is written for x86-64 and arm64"
#endif

static bool
close_all(void)
{
	return syscall(SYS_close_range, 0u, ~0u, 0u) == 0;
}

static bool
forbid_dumps(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/* An ordinary user stays who he is: Landlock, the limits and the filter hold for him as well. */
static bool
become_nobody(void)
{
	uid_t r, e, s;
	gid_t gr, ge, gs;

	if (geteuid() != 0 && getuid() != 0)
		return true;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return false;
	if (getresuid(&r, &e, &s) || getresgid(&gr, &ge, &gs))
		return false;
	if (r != NOBODY || e != NOBODY || s != NOBODY || gr != NOBODY || ge != NOBODY ||
	    gs != NOBODY) {
		errno = EPERM;
		return false;
	}
	return true;
}

static bool
die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return false;
	/* It may have died before the line above. */
	if (getppid() != parent) {
		errno = ESRCH;
		return false;
	}
	return true;
}

static bool
no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/* Written out: the kernel may know more than the header this is built with. */
struct landlock_attr {
	uint64_t files, net, scoped;
};

static bool
allow_nothing(void)
{
	struct landlock_attr attr = { 0x1fff, 0, 0 }; /* ABI 1: thirteen rights on files */
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u /* version */);
	size_t size = 8;
	long fd;
	bool ok;

	if (abi < 1) {
		if (abi == 0)
			errno = ENOSYS;
		return false;
	}
	if (abi >= 2)
		attr.files |= 1u << 13; /* refer */
	if (abi >= 3)
		attr.files |= 1u << 14; /* truncate */
	if (abi >= 5)
		attr.files |= 1u << 15; /* ioctl on devices */
	if (abi >= 4) {
		attr.net = 3; /* bind and connect over TCP */
		size = 16;
	}
	if (abi >= 6) {
		attr.scoped = 3; /* abstract sockets, signals */
		size = 24;
	}
	fd = syscall(SYS_landlock_create_ruleset, &attr, size, 0u);
	if (fd < 0)
		return false;
	ok = syscall(SYS_landlock_restrict_self, (int)fd, 0u) == 0;
	return close((int)fd) == 0 && ok;
}

static bool
limit(__rlimit_resource_t what, rlim_t most)
{
	struct rlimit r = { most, most };

	return setrlimit(what, &r) == 0;
}

static bool
limit_all(void)
{
	return limit(RLIMIT_NOFILE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_FSIZE, 0) &&
	    limit(RLIMIT_CORE, 0) && limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0) &&
	    limit(RLIMIT_AS, MEMORY_BYTES);
}

static bool
no_clock(void)
{
#if defined(__x86_64__)
	return prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) == 0;
#else
	return true; /* the counter cannot be switched off for one process there */
#endif
}

/* futex (wait and wake only), exit, exit_group, rt_sigreturn; everything else ends the process. */
static bool
filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAIT, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAKE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0u, &program) == 0;
}

enum hyk_lock_step
hyk_lockdown(pid_t parent, bool allow_counter, bool (*fails)(enum hyk_lock_step), int *ret_error)
{
	for (int i = HYK_LOCK_CLOSE; i <= HYK_LOCK_SECCOMP; i++) {
		enum hyk_lock_step s = (enum hyk_lock_step)i;
		bool ok = false;

		errno = 0;
		switch (s) {
		case HYK_LOCK_CLOSE:
			ok = close_all();
			break;
		case HYK_LOCK_DUMP:
			ok = forbid_dumps();
			break;
		case HYK_LOCK_USER:
			ok = become_nobody();
			break;
		case HYK_LOCK_DEATH:
			ok = die_with(parent);
			break;
		case HYK_LOCK_PRIVS:
			ok = no_new_privileges();
			break;
		case HYK_LOCK_LANDLOCK:
			ok = allow_nothing();
			break;
		case HYK_LOCK_RLIMITS:
			ok = limit_all();
			break;
		case HYK_LOCK_CLOCK:
			ok = allow_counter || no_clock();
			break;
		case HYK_LOCK_SECCOMP:
			ok = !(fails && fails(s)) && filter();
			break;
		case HYK_LOCK_MEMORY:
		case HYK_LOCK_LUA:
		case HYK_LOCK_READY:
		case HYK_LOCK_N_STEPS:
			break;
		}
		if (!ok || (fails && s != HYK_LOCK_SECCOMP && fails(s))) {
			*ret_error = errno ? errno : EINVAL;
			return s;
		}
	}
	return HYK_LOCK_READY;
}
