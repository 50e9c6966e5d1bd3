/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/jail/lockdown.h"

/* Apart from lockdown.c: the engine names steps too, and locks nothing. */
const char *
hyk_lock_step_name(enum hyk_lock_step s)
{
	switch (s) {
	case HYK_LOCK_MEMORY:
		return "mapping its memory";
	case HYK_LOCK_CLOSE:
		return "closing descriptors";
	case HYK_LOCK_DUMP:
		return "forbidding dumps";
	case HYK_LOCK_USER:
		return "changing to nobody's user";
	case HYK_LOCK_DEATH:
		return "binding its life to the engine's";
	case HYK_LOCK_PRIVS:
		return "giving up new privileges";
	case HYK_LOCK_LANDLOCK:
		return "Landlock";
	case HYK_LOCK_RLIMITS:
		return "resource limits";
	case HYK_LOCK_CLOCK:
		return "switching the timestamp counter off";
	case HYK_LOCK_SECCOMP:
		return "the seccomp filter";
	case HYK_LOCK_LUA:
		return "the check of the Lua library";
	case HYK_LOCK_READY:
		return "ready";
	case HYK_LOCK_N_STEPS:
		break;
	}
	return "an unknown step";
}
