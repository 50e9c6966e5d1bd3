/* SPDX-License-Identifier: Apache-2.0 */
/* hyangyak-jail: the process that runs the plugins' Lua. */
#include "sandbox/jail/serve.h"

int
main(int argc, char **argv)
{
	return hyk_serve(argc, argv, NULL);
}
