/* SPDX-License-Identifier: Apache-2.0 */
/* base/poison.h - functions nobody here may call; the build includes it first into every file. */
#ifndef HYK_BASE_POISON_H
#define HYK_BASE_POISON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol gets rand srand

#endif
