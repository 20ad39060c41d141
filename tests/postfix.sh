#!/bin/sh
# A real Postfix receives mail while we watch: tests/postfix.sh BUILD
# It lives in a network and mount namespace of its own, with a configuration, a queue and a log in a directory that goes away
# with it; the Postfix of this host, if there is one, is not touched.
build=${1:-build}
if [ "$(id -u)" -ne 0 ]; then
	echo "postfix: not root, left out"
	exit 0
fi
if ! command -v postfix >/dev/null || ! command -v python3 >/dev/null; then
	echo "postfix: no Postfix here, or no python3; left out"
	exit 0
fi
if ! command -v ip >/dev/null || ! unshare -n -m true 2>/dev/null; then
	echo "postfix: no namespaces here, left out"
	exit 0
fi
exec unshare -n -m timeout 120 python3 "$(dirname "$0")/postfix.py" "$build"
