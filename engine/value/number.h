/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value/number.h - doubles as text, for the writers of this folder and for string() in conditions.
 * Threads: any thread. Independent of the locale.
 */
#ifndef HYK_VALUE_NUMBER_H
#define HYK_VALUE_NUMBER_H

#include "base/defs.h"

/*
 * The shortest decimal that reads back as the same double, laid out as ECMAScript's
 * Number::toString does ("0.1", "1e+21", "5e-324", "NaN", "Infinity"). -0 is "0". Returns the length.
 */
size_t hyk_double_format(double d, char out[32]);

#endif
