/* SPDX-License-Identifier: Apache-2.0 */
/* base/status.c - names of the statuses. */
#include "base/status.h"

const char *
hyk_status_name(enum hyk_status st)
{
	switch (st) {
	case HYK_OK:
		return "ok";
	case HYK_E_NOMEM:
		return "no memory";
	case HYK_E_LIMIT:
		return "limit reached";
	case HYK_E_INVALID:
		return "invalid";
	case HYK_E_NOT_FOUND:
		return "not found";
	case HYK_E_EXISTS:
		return "exists already";
	case HYK_E_BUSY:
		return "busy";
	case HYK_E_DENIED:
		return "denied";
	case HYK_E_IO:
		return "input/output error";
	case HYK_E_FULL:
		return "disk full";
	case HYK_E_FAULT:
		return "fault";
	case HYK_E_STOPPED:
		return "stopped";
	}
	return "unknown status";
}
