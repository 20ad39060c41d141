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

# Every capture, under sanitizers, in every form; every event fits the schema; jq reads it.  Prints what is wrong.
one_capture() {
	local out=$work/$BASHPID
	mkdir -p "$out"
	"$checked" log --mem 32M -e all -v -r "$1" >"$out/events" 2>"$out/err" || [ $? -eq 4 ] || echo "log fails on $1"
	grep -hE 'runtime error|AddressSanitizer' "$out/err"
	tests/tools/check_events.py docs/events.schema.json <"$out/events"
	jq -e -n 'inputs | empty' <"$out/events" >/dev/null 2>&1 || [ $? -eq 4 ] || echo "jq refuses the events of $1"
	for mode in show "show --legs" list "list sessions -f csv" report "report -f json" "report -f html" doctor; do
		"$checked" $mode --mem 32M -q -r "$1" >"$out/text" 2>"$out/err" || [ $? -eq 4 ] || echo "$mode fails on $1"
		grep -hE 'runtime error|AddressSanitizer' "$out/err"
		LC_ALL=C grep -q "$(printf '[\001-\010\013\014\016-\037\177]')" "$out/text" && echo "control characters: $mode on $1"
	done
	tests/tools/recount.py "$program" "$1"
	rm -rf "$out"
}
export -f one_capture
export work checked program
n=$(captures | wc -l)
captures | tr '\n' '\0' | xargs -0 -P "$(nproc)" -I{} bash -c 'one_capture "$1"' _ {} >"$work/wrong" 2>&1
if [ -s "$work/wrong" ]; then
	bad "captures in every form"
	head -n 20 "$work/wrong"
else
	ok
fi
echo "check: $n captures in every form"

# Golden events of the bundled captures.
golden() {
	"$program" log -e all -q -r "$1" | cmp - "$2"
}
for f in captures/lab/*.pcap; do
	g=tests/golden/$(basename "$f" .pcap).jsonl
	[ -f "$g" ] && try "golden $f" golden "$f" "$g"
done

# Faults of the network that are known, and captures without any.
try "diagnoses" tests/diagnoses.py "$program" captures captures/lab
[ -d "$shared/captures/lab" ] && try "diagnoses, reference" tests/diagnoses.py "$program" "$shared/captures/lab"

# The truth of servers' logs and of other programs.
known=tests/known.tsv
[ -d captures/lab ] && try "score lab, bundled" python3 tests/tools/score.py lab captures/lab --bin "$program" --known $known
if [ -d "$shared/captures" ]; then
	try "score peers" python3 tests/tools/score.py peers "$shared/captures" --bin "$program" --known $known
	try "score lab" python3 tests/tools/score.py lab "$shared/captures/lab" --bin "$program" --known $known
else
	echo "check: no reference captures in $shared, their scores are left out"
fi

# What a report says to do next can be done.
try "commands of reports" tests/commands.py "$program" captures/demo.pcap captures/lab captures/lab/fault-refused.pcap \
	captures/lab/fault-silent.pcap captures/lab/exim-harvest.pcap captures/lab/postfix-tls13.pcap captures/lab/fault-plain.pcap

export SHARED=$shared
try "mutations" tests/mutate.sh "$build" 3
captures | tr '\n' '\0' | try "packets twice" xargs -0 tests/copies.py "$program"
try "secrets" tests/secrets.py "$checked"
try "messages as Python reads them" tests/oracle/mail.py "$build" 200
try "nothing grave of honest mail" tests/findings.py "$program" captures/lab "$shared/captures/lab"
try "findings of attackers' tools" tests/attacks.py "$program" captures/attacks
try "findings and their report, with several workers" tests/senders.py "$program"
try "precision and recall of detectors" "$build/measure" 606-608
try "detectors, from packets" tests/abuse.py "$program"
try "several sensors" tests/sensors.py "$program"
try "a flood of sources" tests/flood_sources.py "$build" 20000
try "stories" tests/stories.py "$build"
try "TLS ladder" tests/secure.py "$program"
try "TLS torn where it begins" tests/secure_keys.py "$program"
try "diagnoses in threes" tests/threes.py "$program"
try "TLS keys" tests/keys.sh "$program"
try "TLS suites" tests/lab/tls_matrix.py --bin "$program" --quick
try "floods" tests/floods.py "$build" 0.1
tests/screens.py "$program" "$checked" 500 && ok || bad "screens"
for script in tests/cli.sh tests/workers.sh tests/live.sh tests/postfix.sh tests/oracle/run.sh; do
	[ -x "$script" ] || continue
	case $script in
	tests/cli.sh) try "$script" "$script" "$checked" ;;
	tests/oracle/run.sh) "$script" "$build" 2000 && ok || bad "$script" ;;
	*) "$script" "$build" "$shared" && ok || bad "$script" ;;
	esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
