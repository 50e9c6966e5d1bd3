#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/tools/fuzz.sh BUILD SECONDS [TARGET] - runs each libFuzzer target of BUILD/tests/fuzz, or one, for SECONDS.
#
# New inputs go to BUILD/inputs/TARGET, findings to BUILD/found/TARGET. With MERGE=1 nothing is searched: what covers
# more than tests/fuzz/corpus/TARGET is added to it, the smallest inputs first.
set -u
build=$1 seconds=$2
shift 2
failed=0
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:allocator_may_return_null=1

for source in tests/fuzz/fuzz_*.c; do
	target=${source##*/fuzz_}
	target=${target%.c}
	program=$build/tests/fuzz/fuzz_$target
	[ "$target" = "${1:-$target}" ] || continue
	kept=tests/fuzz/corpus/$target
	mkdir -p "$kept" "$build/inputs/$target" "$build/found/$target"
	options=(-max_len=4096 -timeout=20 -rss_limit_mb=2500 -artifact_prefix="$build/found/$target/" -print_final_stats=1)
	[ ! -f "tests/fuzz/dict/$target.dict" ] || options+=(-dict="tests/fuzz/dict/$target.dict")
	if [ "${MERGE:-}" = 1 ]; then
		"$program" "${options[@]}" -set_cover_merge=1 -use_counters=0 -use_cmp=0 "$kept" "$build/inputs/$target" 2>"$build/found/$target.log"
	else
		"$program" "${options[@]}" -max_total_time="$seconds" "$build/inputs/$target" "$kept" 2>"$build/found/$target.log"
	fi
	status=$?
	printf '%-12s %s\n' "$target" "$(grep -aE '^(stat::number_of_executed_units|SUMMARY|MERGE-OUTER.*new files)' "$build/found/$target.log" | tr '\n' ' ')"
	if [ $status -ne 0 ]; then
		failed=1
		tail -n 30 "$build/found/$target.log" | sed 's/^/    | /'
		echo "not ok $target: see $build/found/$target"
	fi
done
exit $failed
