#!/bin/bash
# Feeds mutants of captures to an engine under sanitizers: tests/mutate.sh BUILD COUNT [FILE]...
# Without FILE: the bundled captures, and those in $SHARED/captures when they are there.  COUNT mutants of each.
# FIRST=n begins with that seed.  WORKERS=n reads each by so many threads too, under ThreadSanitizer.  One that fails is
# repeated with BUILD/asan/tools/mutate FILE 1 SEED (BUILD/tsan, and WORKERS behind it).  JOBS=n at the same time, else
# one a processor.  Prints what is wrong and ends with "N passed, N failed".
set -u
build=$1 count=$2
shift 2
first=${FIRST:-1} workers=${WORKERS:-1}
tool=$build/asan/tools/mutate
[ "$workers" -gt 1 ] && tool=$build/tsan/tools/mutate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=detect_leaks=1:handle_abort=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:handle_abort=0
[ -x "$tool" ] || { echo "mutate: no $tool here; build it with sanitizers first"; exit 1; }

files() {
	[ $# -gt 0 ] && { printf '%s\0' "$@"; return; }
	find captures "${SHARED:-../shared}/captures" -type f -size +0 \
		\( -name '*.pcap' -o -name '*.pcapng' -o -name '*.pcap.gz' \) -print0 2>/dev/null
}

one_file() {
	local out
	out=$(mktemp -p "$work") || return
	"$tool" "$1" "$count" "$first" "$workers" >"$out.told" 2>&1
	case $? in
	0 | 1) ;;
	3) echo "mutate: $1: not a capture; 0 passed, 0 failed" >>"$out.told" ;;
	*) echo "mutate: $1: stopped; 0 passed, 1 failed" >>"$out.told" ;;
	esac
	grep -q 'passed, .* failed$' "$out.told" || echo "mutate: $1: stopped; 0 passed, 1 failed" >>"$out.told"
}
export -f one_file
export tool count first workers work

# Those that failed once, as long as the same seeds make the same mutants.
known() {
	[ "$workers" -gt 1 ] && return
	while read -r file seed; do
		"$tool" "$file" 1 "$seed" >"$work/known-$seed.told" 2>&1 ||
			echo "mutate: $file: seed $seed again; 0 passed, 1 failed" >>"$work/known-$seed.told"
	done <tests/mutants.txt
}

known
files "$@" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" bash -c 'one_file "$1"' _
for told in "$work"/*.told; do
	grep -q ' 0 failed$' "$told" || head -n 60 "$told"
done
cat "$work"/*.told | awk '/ passed, [0-9]+ failed$/ { passed += $(NF - 3); failed += $(NF - 1); files++ }
	END { printf "mutate: %d captures: %d passed, %d failed\n", files, passed, failed; exit failed > 0 || files == 0 }'
