#!/bin/bash
# Feeds mutants of captures to an engine under sanitizers: tests/mutate.sh BUILD COUNT [FILE]...
# Without FILE: the bundled captures, and those in $SHARED/captures when they are there.  COUNT mutants of each; of
# files above 2 MB in proportion fewer, but one at least.  FIRST=n begins with that seed.  One that fails is repeated
# with BUILD/asan/tools/mutate FILE 1 SEED.  Prints what is wrong and ends with "N passed, N failed".
set -u
build=$1 count=$2
shift 2
tool=$build/asan/tools/mutate first=${FIRST:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ASAN_OPTIONS=detect_leaks=1:handle_abort=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
[ -x "$tool" ] || { echo "mutate: no $tool here; build it with sanitizers first"; exit 1; }

files() {
	[ $# -gt 0 ] && { printf '%s\0' "$@"; return; }
	find captures "${SHARED:-../shared}/captures" -type f -size +0 \
		\( -name '*.pcap' -o -name '*.pcapng' -o -name '*.pcap.gz' \) -print0 2>/dev/null
}

one_file() {
	local size mutants=$count out
	size=$(stat -c %s "$1")
	[ "$size" -gt 2000000 ] && mutants=$((count * 2000000 / size + 1))
	out=$(mktemp -p "$work")
	"$tool" "$1" "$mutants" "$first" >"$out.told" 2>&1
	case $? in
	0 | 1) ;;
	3) echo "mutate: $1: not a capture; 0 passed, 0 failed" >>"$out.told" ;;
	*) echo "mutate: $1: stopped; 0 passed, 1 failed" >>"$out.told" ;;
	esac
	grep -q 'passed, .* failed$' "$out.told" || echo "mutate: $1: stopped; 0 passed, 1 failed" >>"$out.told"
}
export -f one_file
export tool count first work

files "$@" | xargs -0 -n 1 -P "$(nproc)" bash -c 'one_file "$1"' _
for told in "$work"/*.told; do
	grep -q ' 0 failed$' "$told" || head -n 60 "$told"
done
cat "$work"/*.told | awk '/ passed, [0-9]+ failed$/ { passed += $(NF - 3); failed += $(NF - 1); files++ }
	END { printf "mutate: %d captures: %d passed, %d failed\n", files, passed, failed; exit failed > 0 || files == 0 }'
