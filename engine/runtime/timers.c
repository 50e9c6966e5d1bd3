/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/engine_impl.h"
void
hyk_engine_wake_timers(struct hyk_engine *e)
{
	(void)e;
}
