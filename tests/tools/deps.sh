#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/tools/deps.sh PACKAGE... - installs those Debian packages that are missing; says nothing when all are there.
set -eu

# Another system: the build itself names what it misses.
command -v dpkg-query >/dev/null || exit 0

missing=
for package in "$@"; do
	case $(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null) in
	installed\ *) continue ;;
	esac
	# pkgconf and the compiler may come from elsewhere.
	case $package in
	gcc | g++ | clang | curl | python3 | shellcheck | pkg-config)
		! command -v "$package" >/dev/null || continue
		;;
	esac
	missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root=sudo
	if ! command -v sudo >/dev/null; then
		echo "deps: missing packages, and neither root nor sudo is at hand; as root: apt-get install$missing" >&2
		exit 1
	fi
fi
echo "deps: missing packages:$missing"
fetch() {
	echo "deps: ${as_root:+$as_root }apt-get $*"
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}
# shellcheck disable=SC2086 # a list of words
if ! fetch update || ! fetch install -y --no-install-recommends $missing; then
	echo "deps: apt-get could not install:$missing" >&2
	exit 1
fi
