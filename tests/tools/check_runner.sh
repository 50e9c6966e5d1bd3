#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # dollars of the programs it writes
# tests/tools/check_runner.sh - run_tests.sh counts what it should and lets nothing pass that did not.
set -u
runner=$(dirname "$(realpath "$0")")/run_tests.sh
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0

# expect WHAT STATUS LAST-LINE [COMMAND...] : what the runner says of these programs.
expect() {
	local what=$1 status=$2 last=$3 said got
	shift 3
	said=$(bash "$runner" -j 2 -t 2 -o "$work/results" "$@" 2>&1)
	got=$?
	if [ "$got" -eq "$status" ] && [ "$(tail -n 1 <<<"$said")" = "$last" ]; then
		echo "ok runner: $what"
	else
		failed=1
		echo "not ok runner: $what: status $got, last line '$(tail -n 1 <<<"$said")'"
		printf '%s\n' "$said" >&2
	fi
}

program() {
	printf '#!/bin/bash\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

program ./good 'echo ok a; echo noise; echo ok b'
program ./skips 'echo ok a; echo skip b: no data; exit 77'
program ./bad 'echo ok a; echo not ok b: 1 is not 2; exit 1'
program ./liar 'echo ok a; echo not ok b: but ends well'
program ./silent 'exit 0'
program ./silent_skip 'exit 77'
program ./crash 'echo ok a; kill -SEGV $$'
program ./status 'echo ok a; exit 1'
program ./hang 'echo ok a; sleep 60'
program ./litter 'echo x >"$TMPDIR/file"; [ "$(ls "$TMPDIR")" = file ] && echo ok alone'
program ./told.sh 'echo "ok $1"'

expect 'sums over programs' 0 '4 passed, 0 failed, 1 skipped' ./good ./skips './told.sh an-argument'
expect 'a failed test' 1 '3 passed, 1 failed, 0 skipped' ./good ./bad
expect 'a failed test of a program that ends well' 1 '1 passed, 1 failed, 0 skipped' ./liar
expect 'a program that says nothing' 1 '2 passed, 1 failed, 0 skipped' ./good ./silent
expect 'a program that is skipped without a word' 1 '0 passed, 1 failed, 0 skipped' ./silent_skip
expect 'a crash' 1 '3 passed, 1 failed, 0 skipped' ./good ./crash
expect 'a bad end without a failed test' 1 '1 passed, 1 failed, 0 skipped' ./status
expect 'a hang' 1 '3 passed, 1 failed, 0 skipped' ./good ./hang
expect 'a program that is not there' 1 '2 passed, 1 failed, 0 skipped' ./good ./nowhere
expect 'nothing to run' 1 '0 passed, 1 failed, 0 skipped'
expect 'a folder of its own for each' 0 '1 passed, 0 failed, 0 skipped' ./litter
exit $failed
