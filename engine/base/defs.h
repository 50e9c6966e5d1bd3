/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/defs.h - the few macros every file uses.
 *
 * HYK_ASSERT stops the program on a programming error and stays on in
 * releases. Nothing that a policy, a plugin, a request or a full disk can
 * cause may reach one.
 */
#ifndef HYK_BASE_DEFS_H
#define HYK_BASE_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HYK_MUST_CHECK __attribute__((warn_unused_result))
#define HYK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define HYK_NORETURN __attribute__((noreturn))
#define HYK_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

HYK_NORETURN void hyk_assert_failed(const char *expr, const char *file, int line);
#define HYK_ASSERT(e) ((e) ? (void)0 : hyk_assert_failed(#e, __FILE__, __LINE__))

#endif
