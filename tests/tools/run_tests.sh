#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/tools/run_tests.sh [-j N] [-t SECONDS] [-o DIR] COMMAND... - runs test programs and counts.
#
# A command is a program, a .py or a .sh, with arguments after blanks. Each is a process of its own
# with a timeout and an empty TMPDIR. It prints `ok NAME`, `not ok NAME: why` or `skip NAME: why`, one
# line a check; a crash, a timeout and silence are each one failure more. The last line is the sum.
set -u
jobs=2 limit=${HYK_TEST_TIMEOUT:-300} out=build/results
while getopts j:t:o: opt; do
	case $opt in
	j) jobs=$OPTARG ;;
	t) limit=$OPTARG ;;
	o) out=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
mkdir -p "$out" || exit 2
work=$(mktemp -d "${TMPDIR:-/tmp}/hyk-test.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'trap - TERM; kill 0; exit 130' INT TERM

# The n-th command: its output to $out/NAME.log, "passed failed skipped" to $work/N.count.
run_one() {
	local command=$1 n=$2 name log status ok bad skip why='' words
	read -ra words <<<"$command"
	name=$(tr -c 'a-zA-Z0-9_.\n-' '_' <<<"${command#"${out%/results}"/}")
	log=$out/$name.log
	mkdir -p "$work/$n"
	case ${words[0]} in
	*.py) words=(python3 "${words[@]}") ;;
	*.sh) words=(bash "${words[@]}") ;;
	esac
	TMPDIR=$work/$n timeout -k 5 "$limit" "${words[@]}" </dev/null >"$log" 2>"$log.err"
	status=$?
	ok=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	skip=$(grep -c '^skip ' "$log")
	case $status in
	0 | 77) [ $((ok + bad + skip)) -gt 0 ] || why='printed no result' ;;
	124 | 137) why="took longer than $limit s" ;;
	*) [ "$status" -eq 1 ] && [ "$bad" -gt 0 ] || why="ended with status $status" ;;
	esac
	[ -z "$why" ] || bad=$((bad + 1))
	echo "$ok $bad $skip" >"$work/$n.count"
	{
		printf '%-52s %5d ok' "${command#"$PWD"/}" "$ok"
		[ "$bad" -eq 0 ] || printf '  %d FAILED' "$bad"
		[ "$skip" -eq 0 ] || printf '  %d skipped' "$skip"
		printf '\n'
		if [ "$bad" -gt 0 ]; then
			grep '^not ok ' "$log" | sed 's/^/    /'
			[ -z "$why" ] || printf '    not ok %s: %s\n' "$command" "$why"
			tail -n 40 "$log.err" | sed 's/^/    | /'
		elif [ "$skip" -gt 0 ]; then
			grep '^skip ' "$log" | sed 's/^/    /'
		fi
	} >"$work/$n.text"
	cat "$work/$n.text" # one write, so that lines of two programs do not mix
	rm -rf "${work:?}/${n:?}"
}

n=0
for command in "$@"; do
	n=$((n + 1))
	# The programs run beside each other; a script that serves has the machine for itself.
	case $command in
	*.py* | *.sh*) wait ;;
	*) while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done ;;
	esac
	run_one "$command" "$n" &
	case $command in *.py* | *.sh*) wait ;; esac
done
wait

passed=0 failed=0 skipped=0 programs=0
for count in "$work"/*.count; do
	[ -e "$count" ] || continue
	read -r ok bad skip <"$count"
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip)) programs=$((programs + 1))
done
if [ "$programs" -ne $# ]; then
	echo "not ok run_tests: $# programs were to run, $programs did"
	failed=$((failed + 1))
elif [ $# -eq 0 ]; then
	echo "not ok run_tests: there was nothing to run"
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped" | tee "$out/total"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
