#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/tools/check_layers.sh [ROOT] - does the tree keep the rules of engine/LAYERS and engine/FOREIGN,
# of names, sizes and licence lines? One line a rule and folder; `not ok` with the place of each violation.
# tests/tools/check_layers.sh --self-test - plants one violation of each kind and expects to hear of it.
#
# Symbols are read from the archives in $HYK_BUILD/lib (default ROOT/build/lib), as the compiler made them.
set -u
export LC_ALL=C

# Headers of C, POSIX, Linux' libc and the compiler. All others are foreign, and must be in engine/FOREIGN.
system='^(arpa|net|netinet|sys|sanitizer|bits)/|^(aio|alloca|argp|assert|byteswap|complex|cpuid|ctype|dirent|dlfcn|elf|endian|err|errno|error|execinfo|fcntl|features|fenv|float|fnmatch|ftw|getopt|glob|grp|iconv|ifaddrs|inttypes|iso646|langinfo|libgen|limits|link|locale|malloc|math|mntent|netdb|nl_types|poll|pthread|pty|pwd|regex|sched|search|semaphore|setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|syscall|syslog|termios|tgmath|threads|time|uchar|ucontext|unistd|utime|utmp|wchar|wctype|wordexp|immintrin|x86intrin|emmintrin|arm_neon)\.h$'
failed=0

# verdict NAME <violations: nothing is ok, each line is one `not ok`
verdict() {
	local line any=
	while IFS= read -r line; do
		any=1 failed=1
		echo "not ok $1: $line"
	done
	[ -n "$any" ] || echo "ok $1"
}

# Every source of the project, named from its root.
sources() {
	find engine sandbox plugins policies tests .ci -type f \( -name '*.c' -o -name '*.h' -o -name '*.cc' -o -name '*.def' \
		-o -name '*.lua' -o -name '*.sh' -o -name '*.py' -o -path '.ci/run' \) 2>/dev/null | sort
}

# FILE:LINE:TARGET of each #include "x" (form=quote) or <x> (form=angle) of the files on standard input.
# shellcheck disable=SC2016 # awk's own dollars
includes() {
	xargs -r awk -v form="$1" '
		/^[ \t]*#[ \t]*include[ \t]/ {
			if (form == "quote" ? match($0, /"[^"]*"/) : match($0, /<[^>]*>/))
				print FILENAME ":" FNR ":" substr($0, RSTART + 1, RLENGTH - 2)
		}'
}

check_includes() { # folder name, its path
	sources | grep -E "^$2/.*\.(c|h|cc|def)$" | includes quote | awk -F : -v room="$1" '
		FILENAME == "engine/LAYERS" {
			if ($0 ~ /^[ \t]*(#|$)/)
				next
			n = split($2, names, " ")
			known[$1] = 1
			for (i = 1; i <= n; i++)
				may[$1, names[i]] = 1
			next
		}
		!known[room] {
			if (!told++)
				print room " has no line in engine/LAYERS"
			next
		}
		{
			split($3, part, "/")
			if (part[1] == $3 || !known[part[1]])
				print $1 ":" $2 ": \"" $3 "\" is not of a folder in engine/LAYERS"
			else if (part[1] != room && !may[room, part[1]])
				print $1 ":" $2 ": " room " may not include \"" $3 "\""
		}' engine/LAYERS - | verdict "layers of $2"
}

check_foreign() {
	sources | grep -E '\.(c|h|cc|def)$' | includes angle | awk -F : -v system_headers="$system" '
		FILENAME == "engine/FOREIGN" {
			if ($0 !~ /^[ \t]*(#|$)/)
				users[$1] = $2
			next
		}
		# A file may, when it or its folder is listed; the unit tests of a folder may what a file in it may.
		function allowed(file, list, names, n, i, as) {
			as = file
			if (sub(/^tests\/unit\//, "", as))
				as = (as ~ /^sandbox\// ? "" : "engine/") as
			n = split(list, names, " ")
			for (i = 1; i <= n; i++) {
				if (names[i] == file || (names[i] ~ /\/$/ && (index(file, names[i]) == 1 || index(as, names[i]) == 1)))
					return 1
				sub(/[^\/]*$/, "", names[i])
				if (as != file && index(as, names[i]) == 1)
					return 1
			}
			return 0
		}
		{
			header = ""
			for (h in users)
				if (h == $3 || (h ~ /\/$/ && index($3, h) == 1))
					header = h
			if (header != "") {
				if (!allowed($1, users[header]))
					print $1 ":" $2 ": <" $3 "> may be included only by:" users[header]
			} else if ($1 !~ /\.cc$/ && $3 !~ system_headers) {
				print $1 ":" $2 ": <" $3 "> is foreign and not in engine/FOREIGN"
			}
		}' engine/FOREIGN - | verdict 'foreign headers'
}

check_sizes() {
	sources | xargs -r awk '
		FNR == 801 { print FILENAME ": over 800 lines" }' | verdict 'no file over 800 lines'
}

# Lua below tests/ is data: hostile scripts whose every byte counts.
check_licences() {
	{ sources | grep -vE '^tests/.*\.lua$'; ls Makefile 2>/dev/null; } | xargs -r awk '
		function tell() { if (file != "" && !seen) print file ": no SPDX-License-Identifier in its first three lines" }
		FNR == 1 { tell(); file = FILENAME; seen = 0 }
		FNR <= 3 && /SPDX-License-Identifier: Apache-2\.0/ { seen = 1 }
		END { tell() }' | verdict 'licence lines'
}

check_typedefs() {
	sources | grep -E '^(engine|sandbox)/.*\.[ch]$' |
		xargs -r grep -nE '^[[:space:]]*typedef[[:space:]]+(struct|union|enum)[[:space:]]' /dev/null | grep -vF '(*' |
		sed 's/$/ (no typedef of a struct)/' | verdict 'no struct typedefs'
}

# In an archive: hyk_*, main of the jail, and in sandbox/ the calls of Lua that the link sends to us.
check_symbols() {
	local lib=${HYK_BUILD:-build}/lib archive room extra
	if ! ls "$lib"/libhyk_*.a >/dev/null 2>&1; then
		echo "$lib holds no archives" | verdict symbols
		return
	fi
	for archive in "$lib"/libhyk_*.a; do
		room=${archive##*/libhyk_}
		room=${room%.a}
		case $room in
		jail) extra='|^main$' ;;
		sandbox) extra='|^__wrap_(luaO_str2num|luaS_eqlngstr|fmod|strcoll|luaS_hash)$' ;;
		*) extra= ;;
		esac
		nm -gA --defined-only "$archive" 2>/dev/null | awk -v good="^hyk_$extra" '
			NF >= 3 && $NF !~ good { print $1 " " $NF " does not begin with hyk_" }' | sed 's|^.*/||' |
			verdict "symbols of $room"
	done
}

check_tree() {
	local d
	for d in engine/*/; do
		d=${d%/}
		[ -n "$(find "$d" -name '*.[ch]' -print -quit)" ] || continue
		check_includes "${d#engine/}" "$d"
	done
	check_includes sandbox sandbox
	check_foreign
	check_sizes
	check_licences
	check_typedefs
	check_symbols
}

# ---- the self-test: a small tree that is right, and one violation of each kind in it

plant_tree() {
	local spdx='/* SPDX-License-Identifier: Apache-2.0 */'
	rm -rf "${1:?}" && mkdir -p "$1"/engine/{base,value,http} "$1"/{sandbox,tests/unit/http,build/lib} && cd "$1" || exit 2
	printf '# comment\nbase:\nvalue: base\nhttp: base value\nsandbox: base\n' >engine/LAYERS
	printf '# comment\nyaml.h: engine/value/yaml.c\nlua.h: sandbox/\nopenssl/: engine/base/digest.c\nmicrohttpd.h: engine/http/loop.c\n' >engine/FOREIGN
	printf '%s\n#include <string.h>\n#include <openssl/evp.h>\n#include "base/a.h"\nint hyk_a;\n' "$spdx" >engine/base/digest.c
	printf '%s\nstruct hyk_a;\n' "$spdx" >engine/base/a.h
	printf '%s\n#include <yaml.h>\n#include "base/a.h"\n#include "value/v.h"\n' "$spdx" >engine/value/yaml.c
	printf '%s\n' "$spdx" >engine/value/v.h
	printf '%s\n#include "value/v.h"\n' "$spdx" >engine/http/loop.c
	printf '%s\n#include <lua.h>\n#include <sys/mman.h>\n#include "base/a.h"\n' "$spdx" >sandbox/box.c
	printf '%s\n#include <microhttpd.h>\n' "$spdx" >tests/unit/http/test_loop.c
	printf '# SPDX-License-Identifier: Apache-2.0\n' >Makefile
	archive_of base 'int hyk_planted; int main_of_nothing_static(void); static int own(void) { return 1; } int hyk_b(void) { return own(); }'
}

archive_of() { # room, C text
	# shellcheck disable=SC2086 # CC may be more than one word
	echo "$2" | ${CC:-cc} -x c -c -o build/one.o - && rm -f "build/lib/libhyk_$1.a" && ar rcsD "build/lib/libhyk_$1.a" build/one.o
	rm -f build/one.o
}

expect() { # what is planted, what must be told
	local told
	told=$(HYK_BUILD=build bash "$self" . 2>&1)
	if [ "$(grep -c '^not ok ' <<<"$told")" -eq 1 ] && grep '^not ok ' <<<"$told" | grep -qF -- "$2"; then
		echo "ok self-test: $1"
	else
		failed=1
		echo "not ok self-test: $1: expected one violation with '$2'"
		grep '^not ok ' <<<"$told" | sed 's/^/    /' >&2
	fi
}

self_test() {
	local work told
	work=$(mktemp -d) || exit 2
	# shellcheck disable=SC2064 # the folder of now
	trap "rm -rf '$work'" EXIT
	(
		tree=$work/tree
		plant_tree "$tree"
		told=$(HYK_BUILD=build bash "$self" . 2>&1)
		if grep -q '^not ok ' <<<"$told" || ! grep -q '^ok symbols of base' <<<"$told"; then
			failed=1
			echo "not ok self-test: a right tree: $(grep '^not ok ' <<<"$told" | head -1)"
		else
			echo 'ok self-test: a right tree'
		fi

		echo '#include "http/loop.h"' >>engine/value/v.h
		expect 'a folder includes from above' 'engine/value/v.h:2: value may not include "http/loop.h"'
		plant_tree "$tree"
		echo '#include "a.h"' >>engine/value/v.h
		expect 'an include without its folder' 'engine/value/v.h:2: "a.h" is not of a folder'
		plant_tree "$tree"
		sed -i '/^http:/d' engine/LAYERS
		expect 'a folder without a line' 'http has no line in engine/LAYERS'
		plant_tree "$tree"
		echo '  #  include <lua.h>' >>engine/http/loop.c
		expect 'a foreign header where it may not be' 'engine/http/loop.c:3: <lua.h> may be included only by: sandbox/'
		plant_tree "$tree"
		echo '#include <yaml.h>' >>tests/unit/http/test_loop.c
		expect 'a foreign header in the tests of another folder' 'tests/unit/http/test_loop.c:3: <yaml.h>'
		plant_tree "$tree"
		echo '#include <curl/curl.h>' >>engine/http/loop.c
		expect 'a library nobody allowed' 'engine/http/loop.c:3: <curl/curl.h> is foreign'
		plant_tree "$tree"
		yes '/* */' | head -n 800 >>engine/value/v.h
		expect 'a file of 801 lines' 'engine/value/v.h: over 800 lines'
		plant_tree "$tree"
		sed -i 1d engine/base/a.h
		expect 'a file without its licence line' 'engine/base/a.h: no SPDX-License-Identifier'
		plant_tree "$tree"
		echo 'typedef struct hyk_a hyk_a_t;' >>engine/base/a.h
		expect 'a typedef of a struct' 'engine/base/a.h:3:'
		plant_tree "$tree"
		archive_of base 'int hyk_a; int helper;'
		expect 'a symbol without our prefix' 'helper does not begin with hyk_'
		plant_tree "$tree"
		rm build/lib/*.a
		expect 'nothing was built' 'holds no archives'
		exit $failed
	) || failed=1
}

self=$(realpath "$0")
if [ "${1:-}" = --self-test ]; then
	self_test
else
	cd "${1:-$(dirname "$self")/../..}" || exit 2
	check_tree
fi
exit $failed
