#!/bin/bash
# The output does not depend on the number of workers: every capture through 1, 2, 3, 7 and the usual number of them,
# byte for byte: tests/workers.sh BUILD SHARED
set -u
build=$1 shared=${2:-}
program=$build/smtpscope
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compared=0 failed=0

captures() {
	find captures -type f \( -name '*.pcap' -o -name '*.pcapng' \)
	[ -d "$shared/captures" ] && find "$shared/captures" -type f \( -name '*.pcap' -o -name '*.pcapng' \)
}

same() { # CAPTURE WORDS...: the mode and its options
	local capture=$1 status n
	shift
	"$program" "$@" --workers 1 -q -r "$capture" >"$work/one" 2>"$work/one.err"
	status=$?
	for n in 2 3 7 usual; do
		local workers=(--workers "$n")
		[ $n = usual ] && workers=()
		"$program" "$@" "${workers[@]}" -q -r "$capture" >"$work/many" 2>"$work/many.err"
		if [ $? -ne $status ] || ! cmp "$work/one" "$work/many" || ! cmp "$work/one.err" "$work/many.err"; then
			echo "workers: $n of them differ from one: $* -r $capture"
			failed=$((failed + 1))
		fi
		compared=$((compared + 1))
	done
}

while IFS= read -r f; do
	same "$f" log -e all --any-port
done < <(captures)

# What depends on more than the events' order: sums in the middle, filters on the session, other forms.
while IFS= read -r f; do
	same "$f" log -e all --stats-interval 1
	same "$f" log --where 'helo.name contains "e" and octets.client > 100'
	same "$f" report -f json
	same "$f" show --where 'outcome == "rejected"'
done < <(captures | head -n 25)

echo "workers: $compared outputs compared, $failed differ"
[ $failed -eq 0 ]
