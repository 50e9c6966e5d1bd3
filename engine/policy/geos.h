/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy/geos.h - are polygons valid as simple features have it? GEOS knows; it is asked while loading, never by a
 * request.
 *
 * Threads:   any thread.
 */
#ifndef HYK_POLICY_GEOS_H
#define HYK_POLICY_GEOS_H

#include "text/place.h"

/*
 * HYK_E_INVALID: *ret_reason (static, GEOS's own words: "Self-intersection") and *ret_where say what is wrong first, and
 * where. HYK_E_NOMEM. Rings are closed and have four points or more.
 */
enum hyk_status hyk_geos_check(const struct hyk_polygon *polygons, size_t n, const char **ret_reason,
    struct hyk_point *ret_where) HYK_MUST_CHECK;

#endif
