/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/status.h - what a function tells its caller; the sentence for the
 * person goes to struct hyk_diags (base/diag.h).
 */
#ifndef HYK_BASE_STATUS_H
#define HYK_BASE_STATUS_H

#include "base/defs.h"

enum hyk_status {
	HYK_OK = 0,
	HYK_E_NOMEM,     /* the system has no memory left */
	HYK_E_LIMIT,     /* a limit of ours was reached: size, depth, count, budget */
	HYK_E_INVALID,   /* the input is wrong; diags say where */
	HYK_E_NOT_FOUND, /* the thing named does not exist */
	HYK_E_EXISTS,    /* it exists already */
	HYK_E_BUSY,      /* someone else holds it, or the queue is full; try again */
	HYK_E_DENIED,    /* the caller has no right, or the system refuses access */
	HYK_E_IO,        /* reading, writing or syncing failed */
	HYK_E_FULL,      /* the disk is full */
	HYK_E_FAULT,     /* a plugin or the jail failed */
	HYK_E_STOPPED    /* the engine is stopping */
};

/* Short English name, for logs: "ok", "no memory", ... Static storage. */
const char *hyk_status_name(enum hyk_status st);

#endif
