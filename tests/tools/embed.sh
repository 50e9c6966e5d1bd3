#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/tools/embed.sh NAME <file >c-source - a file as a C array, with a NUL that its size does not count.
set -eu
printf '/* made by tests/tools/embed.sh */\n#include <stddef.h>\nextern const char %s[];\nextern const size_t %s_size;\n' "$1" "$1"
printf 'const char %s[] = {' "$1"
od -An -v -td1 | awk '{ for (i = 1; i <= NF; i++) printf "%s%s,", (n++ % 20) ? "" : "\n", $i }'
printf '\n0 };\nconst size_t %s_size = sizeof(%s) - 1;\n' "$1" "$1"
