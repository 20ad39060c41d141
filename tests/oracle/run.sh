#!/bin/bash
# What real sockets read against what is delivered, with the Linux kernel as receiver: tests/oracle/run.sh BUILD CASES [SEED]
# Needs root, namespaces and /dev/net/tun; says so and passes when they are not there.  Prints "N cases, M differences".
set -u
build=$1 cases=$2 seed=${3:-1}
here=$(dirname "$0")
if ! unshare -n true 2>/dev/null || ! [ -w /dev/net/tun ]; then
	echo "oracle: skipped: no namespaces here"
	exit 0
fi
[ -x "$build/oracle/reassemble" ] || ${MAKE:-make} --no-print-directory BUILD="$build" "$build/oracle/reassemble" >/dev/null || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
done=0 bad=0 short=0 tree=0 state=0
while [ $done -lt "$cases" ]; do
	n=$((cases - done < 5000 ? cases - done : 5000))
	unshare -n python3 "$here/kernel.py" $n "$seed" "$work" || exit 1
	"$build/oracle/reassemble" "$work/wire.pcap" >"$work/ours.txt" || exit 1
	python3 "$here/compare.py" "$work/read.txt" "$work/ours.txt" "$work/wire.pcap" "$build/oracle/reassemble" >"$work/said" ||
		sed '$d' "$work/said" | sed "s/^/oracle: seed $seed /"
	read -r _ b s t x <<<"$(tail -n 1 "$work/said")"
	done=$((done + n)) bad=$((bad + b)) short=$((short + s)) tree=$((tree + t)) state=$((state + x)) seed=$((seed + 1))
done
echo "oracle: $cases cases, $bad differences (besides $short where the kernel ran short of memory, $tree by the shape of its tree, $state by" \
	"what no packet tells)"
[ $bad -eq 0 ]
