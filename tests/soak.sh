#!/bin/sh
# Live capture for MINUTES, in a network namespace of its own; see soak.py: tests/soak.sh BUILD MINUTES [PACKETS-A-SECOND [OPTION]...]
if [ "$(id -u)" -ne 0 ]; then
	echo "soak: not root, left out"
	exit 0
fi
if ! command -v ip >/dev/null || ! command -v python3 >/dev/null || ! unshare -n true 2>/dev/null; then
	echo "soak: no network namespaces, or neither ip nor python3 here; left out"
	exit 0
fi
exec unshare -n python3 "$(dirname "$0")/soak.py" "$@"
