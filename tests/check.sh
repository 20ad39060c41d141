#!/bin/bash
# Runs the program itself, on the bundled captures and on the reference ones when they are there: tests/check.sh BUILD SHARED
# Prints a line for each check and ends with "N passed, N failed".
set -u
build=$1 shared=$2
program=$build/smtpscope
checked=$build/asan/smtpscope # the same with sanitizers
passed=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAIL $*"; }
try() { # NAME COMMAND...: quiet unless it fails
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then ok; else bad "$name"; tail -n 15 "$work/out"; fi
}

captures() {
	find captures -name '*.pcap*' ! -name '*.json' -type f
	[ -d "$shared/captures" ] && find "$shared/captures" -type f \( -name '*.pcap' -o -name '*.pcapng' \)
}

# Every capture, under sanitizers, in every form; every event fits the schema; jq reads it.
one_capture() {
	"$checked" log -e all -v -r "$1" >"$work/events" 2>"$work/err" || { [ $? -eq 4 ] || return 1; }
	grep -q 'runtime error\|AddressSanitizer' "$work/err" && return 1
	tests/tools/check_events.py docs/events.schema.json <"$work/events" || return 1
	jq -c . <"$work/events" >/dev/null || return 1
	for mode in "show" "list" "list sessions -f csv" "report" "report -f json" "doctor"; do
		"$checked" $mode -q -r "$1" >"$work/text" 2>"$work/err" || { [ $? -eq 4 ] || return 1; }
		LC_ALL=C grep -q "$(printf '[\001-\010\013\014\016-\037\177]')" "$work/text" && { echo "control characters: $mode"; return 1; }
	done
	return 0
}
n=0
while IFS= read -r f; do
	try "capture $f" one_capture "$f"
	n=$((n + 1))
done < <(captures)
echo "check: $n captures in every form"

# Golden events of the bundled captures.
golden() {
	"$program" log -e all -r "$1" | sed 's/"sensor":"[^"]*",//' | cmp - "$2"
}
for f in captures/*.pcap captures/lab/*.pcap; do
	g=tests/golden/$(basename "$f" .pcap).jsonl
	[ -f "$g" ] && try "golden $f" golden "$f" "$g"
done

# The truth of servers' logs and of other programs.
known=tests/known.tsv
[ -d captures/lab ] && try "score lab, bundled" python3 tests/tools/score.py lab captures/lab --bin "$program" --known $known
if [ -d "$shared/captures" ]; then
	try "score peers" python3 tests/tools/score.py peers "$shared/captures" --bin "$program" --known $known
	try "score lab" python3 tests/tools/score.py lab "$shared/captures/lab" --bin "$program" --known $known
else
	echo "check: no reference captures in $shared, their scores are left out"
fi

try "secrets" tests/secrets.py "$checked"
for script in tests/cli.sh tests/workers.sh tests/live.sh tests/oracle/run.sh; do
	[ -x "$script" ] || continue
	case $script in
	tests/cli.sh) try "$script" "$script" "$checked" ;;
	tests/oracle/run.sh) "$script" "$build" 2000 && ok || bad "$script" ;;
	*) "$script" "$build" "$shared" && ok || bad "$script" ;;
	esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
