/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/log.h - events for the operator: level, name, key=value pairs; one line each on standard error.
 *
 * Only runtime/, http/ and cli/ log. Values are escaped: no control character, no newline reaches the line.
 * Threads: any thread.
 */
#ifndef HYK_BASE_LOG_H
#define HYK_BASE_LOG_H

#include "base/str.h"

enum hyk_log_level { HYK_LOG_DEBUG, HYK_LOG_INFO, HYK_LOG_WARN, HYK_LOG_ERROR };

struct hyk_log_pair {
	const char *key;
	struct hyk_str value;
};

/* Below `level` nothing is written. Default: info. */
void hyk_log_set_level(enum hyk_log_level level);
/* JSON lines instead of text. */
void hyk_log_set_json(bool on);
void hyk_log_event(enum hyk_log_level level, const char *event, size_t n, const struct hyk_log_pair *pairs);
/* HYK_LOG(HYK_LOG_INFO, "ruleset.loaded", { "version", HYK_STR("3") }); */
#define HYK_LOG(level, event, ...)                                                                 \
	hyk_log_event((level), (event),                                                            \
	    sizeof((struct hyk_log_pair[]){ __VA_ARGS__ }) / sizeof(struct hyk_log_pair),          \
	    (struct hyk_log_pair[]){ __VA_ARGS__ })

#endif
