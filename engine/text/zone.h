/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/zone.h - IANA time zones, read from the system's TZif files (RFC 8536) by a reader of our own:
 * localtime() and TZ are neither thread-safe nor fast.
 *
 * Lifetime:  zones live in a process-wide cache until hyk_zones_fini(); pointers stay valid till then.
 * Limits:    names of the IANA form only (no "..", no leading "/"), files up to 64 KiB.
 * Threads:   any thread; a zone that was got before is found without a lock. hyk_zones_fini() when all others ended.
 */
#ifndef HYK_TEXT_ZONE_H
#define HYK_TEXT_ZONE_H

#include "base/status.h"
#include "base/str.h"

struct hyk_zone;

/* "Asia/Seoul", "UTC", or a fixed offset "+09:00". HYK_E_NOT_FOUND, HYK_E_INVALID, HYK_E_NOMEM. */
enum hyk_status hyk_zone_get(struct hyk_str name, const struct hyk_zone **ret_zone) HYK_MUST_CHECK;
const struct hyk_zone *hyk_zone_utc(void);
struct hyk_str hyk_zone_name(const struct hyk_zone *z);
/* Seconds east of UTC at this instant; the POSIX rule in the footer rules after the last transition. */
int32_t hyk_zone_offset_at(const struct hyk_zone *z, int64_t utc_s);
/* At a local time: in an overlap the earlier instant, in a gap the offset before it. Fits struct hyk_coerce. */
int32_t hyk_zone_offset_at_local(const void *zone, int64_t local_s);
/* Version of the tz data in use ("2025b"), or "unknown". Static storage. */
struct hyk_str hyk_zone_data_version(void);
void hyk_zones_fini(void);

#endif
