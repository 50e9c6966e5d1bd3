#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Conditions as a ratio to Lua (bench_cel), CPU of one HTTP decision as a ratio to bare libmicrohttpd
# (measure.py), pages of a search (search.py); numbers go to build/bench/. Not a test: it cannot fail by time.
# jail: what plugins cost, in microseconds.
#   tests/bench/run.sh [cel [ROUNDS] | jail [CALLS [CPU]] | http [--rounds 5] [--seconds 2] [--connections 64,900] | search [--rounds 5]]
set -e
cd "$(dirname "$0")/../.."
build=${HYK_BUILD:-build}
what=${1:-all}
case $what in
cel | jail | http | search) shift ;;
*) what=all ;;
esac
if [ "$what" = all ] || [ "$what" = cel ]; then
	mkdir -p "$build/bench"
	rounds=9
	[ "$what" = all ] || rounds=${1:-9}
	"$build/tests/bench/bench_cel" "$rounds" "$build/bench/cel.json"
fi
if [ "$what" = all ] || [ "$what" = jail ]; then
	mkdir -p "$build/bench"
	calls=20000 cpu=0
	[ "$what" = all ] || { calls=${1:-20000} cpu=${2:-0}; }
	"$build/tests/bench/bench_jail" "$calls" "$cpu" | tee "$build/bench/jail.json"
fi
case $what in
search) python3 tests/bench/search.py "$@" ;;
http) python3 tests/bench/measure.py "$@" ;;
all)
	python3 tests/bench/search.py
	python3 tests/bench/measure.py "$@"
	;;
esac
