/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/registered.h - which record an asset or person registered by request stands as of.
 *
 * A projection: every row can be made again from the records of kind "registered", which hold the documents.
 *
 * Lifetime:  what is handed to `each` lives as long as that call.
 * Threads:   as store.h says of a store and of a reader.
 * Errors:    as store.h; HYK_E_BUSY: the entry has moved on since the caller looked.
 */
#ifndef HYK_STORE_REGISTERED_H
#define HYK_STORE_REGISTERED_H

#include "store/store.h"

#define HYK_NO_RECORD UINT64_MAX

/* In a transaction: the entry stands as of record `index` now, and stood as of `replaces` (HYK_NO_RECORD: it is new). */
enum hyk_status hyk_store_put_registered(struct hyk_store *s, struct hyk_str type, struct hyk_str id, uint64_t index,
    uint64_t replaces) HYK_MUST_CHECK;
/* The records as of which all entries stand, ascending; stops at the first status that is not HYK_OK, and returns it. */
enum hyk_status hyk_store_reader_registered(struct hyk_store_reader *r,
    enum hyk_status (*each)(void *self, uint64_t index), void *self) HYK_MUST_CHECK;

#endif
