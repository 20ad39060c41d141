#!/bin/sh
# Live capture, --follow and -w, for real: tests/live.sh BUILD [SHARED]
# Interfaces and packets are those of a network namespace of its own, which goes away with it.
build=${1:-build} shared=${2:-../shared}
if [ "$(id -u)" -ne 0 ]; then
	echo "live: not root, left out"
	exit 0
fi
if ! command -v ip >/dev/null || ! command -v python3 >/dev/null || ! unshare -n true 2>/dev/null; then
	echo "live: no network namespaces, or neither ip nor python3 here; left out"
	exit 0
fi
exec unshare -n timeout 300 python3 "$(dirname "$0")/live.py" "$build" "$shared"
