#!/bin/sh
# make.sh - captures of real mail servers, and beside each what the server's own log says of it
#
#   make.sh [--install] [--out DIR] [--list] [PATTERN]...      PATTERN: a glob over names such as 'exim-auth-*'
#
# Postfix, Exim and OpenSMTPD run from Debian's packages, which are unpacked and never installed: each server sees the
# machine's own files through an overlay, with its package laid on top.  So three packages that exclude each other
# live side by side, no maintainer script runs and no service is enabled.  Each server has a network namespace of its
# own, and its clients another; a veth pair is the only wire between them, and it leads nowhere else.  Everything
# lives in a mount, PID and UTS namespace of this script: when it ends, in whatever way, the kernel takes processes,
# mounts and network namespaces with it.
#
# Written: DIR/NAME.pcap, DIR/NAME.truth.json and, where there is TLS, DIR/NAME.keys.  DIR is build/lab by default.
# Addresses are those of RFC 5737 only.
set -eu
export PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-build}
out=$build/lab
debs=$build/lab-debs
install=no
tools="ip:iproute2 nft:nftables tcpdump:tcpdump swaks:swaks openssl:openssl python3:python3 unshare:util-linux nsenter:util-linux"
servers="postfix:postfix exim:exim4-daemon-light opensmtpd:opensmtpd"

say() { printf 'make.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The packages of the tools that are missing here.
missing_tools()
{
	for t in $tools; do
		command -v "${t%%:*}" >/dev/null 2>&1 || printf '%s ' "${t##*:}"
	done
}

fetched() { ls "$debs/${1%%:*}/${1##*:}"_*.deb >/dev/null 2>&1; }

# The server packages that have not been fetched.
missing_debs()
{
	for s in $servers; do
		fetched "$s" || printf '%s ' "${s##*:}"
	done
}

# Fetches a server's package and what it needs that is not here; installs nothing.
fetch()
{
	say "fetching ${1##*:}"
	mkdir -p "$debs/${1%%:*}/partial"
	apt-get install -qq -y -d --reinstall --no-install-recommends \
		-o Dir::Cache::archives="$(cd "$debs/${1%%:*}" && pwd)" "${1##*:}" >/dev/null
}

install_missing()
{
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	need=$(missing_tools)
	# shellcheck disable=SC2086
	[ -z "$need" ] || apt-get install -qq -y --no-install-recommends $need
	for s in $servers; do
		fetched "$s" || fetch "$s"
	done
}

# A root for server $1: the machine's own, with the server's packages on top and a writable layer that is memory only.
make_root()
{
	dir=$work/$1
	mkdir -p "$dir/upper" "$dir/scratch" "$dir/root"
	mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/scratch" "$dir/root"
	for deb in "$debs/$1"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -p --keep-directory-symlink -C "$dir/root"
	done
	mount -t proc proc "$dir/root/proc"
	mount --rbind /dev "$dir/root/dev"
	for m in run tmp; do
		mount -t tmpfs lab "$dir/root/$m"
	done
}

# The namespaces cli-$1 and srv-$1, and the wire between them; the server's address is $2.
make_wire()
{
	ip netns add "cli-$1"
	ip netns add "srv-$1"
	ip link add client address 02:00:00:00:02:0a netns "cli-$1" type veth \
		peer name server address "02:00:00:00:02:$(printf %02x "${2##*.}")" netns "srv-$1"
	for end in cli:client srv:server; do
		ip -n "${end%%:*}-$1" link set lo up
		ip -n "${end%%:*}-$1" link set "${end##*:}" up
		# Frames as they cross a wire: no segments beyond the MTU, and real checksums.
		nsenter --net="/run/netns/${end%%:*}-$1" python3 "$here/offload.py" "${end##*:}"
	done
	ip -n "cli-$1" address add 192.0.2.10/24 dev client
	for a in 192.0.2.40 198.51.100.20 198.51.100.33 203.0.113.66 203.0.113.77; do
		ip -n "cli-$1" address add "$a/32" dev client
	done
	ip -n "srv-$1" address add "$2/24" dev server
	ip -n "srv-$1" route add 198.51.100.0/24 dev server
	ip -n "srv-$1" route add 203.0.113.0/24 dev server
}

# SERVER=VERSION for each, as its package tells.
versions()
{
	for s in $servers; do
		printf '%s=%s ' "${s%%:*}" "$(dpkg-deb -f "$debs/${s%%:*}/${s##*:}"_*.deb Version)"
	done
}

# Runs inside the namespaces: builds the lab, then hands over to run.py.
inside()
{
	work=$1 out=$2 debs=$3
	shift 3
	hostname cli.client.example
	mount -t tmpfs lab "$work"
	mkdir -p /run/netns
	mount -t tmpfs lab /run/netns
	for s in postfix:192.0.2.25 exim:192.0.2.26 opensmtpd:192.0.2.27; do
		make_root "${s%%:*}"
		make_wire "${s%%:*}" "${s##*:}"
	done
	exec python3 "$here/run.py" --work "$work" --out "$out" --versions "$(versions)" "$@"
}

if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
fi

while [ $# -gt 0 ]; do
	case $1 in
	--install) install=yes ;;
	--out) [ $# -gt 1 ] || die "--out needs a directory"; shift; out=$1 ;;
	--list) exec python3 "$here/run.py" --list ;;
	-h|--help) sed -n '2,16s/^# \{0,1\}//p' "$0"; exit 0 ;;
	-*) die "unknown option $1" ;;
	*) break ;;
	esac
	shift
done

[ "$(id -u)" = 0 ] || die "network namespaces need root: run it as root, for example with sudo"
[ "$install" = no ] || install_missing
need="$(missing_tools)$(missing_debs)"
[ -z "$need" ] || die "missing: $need- run again with --install (fetches by apt-get; servers are not installed)"

mkdir -p "$out"
out=$(cd "$out" && pwd)
debs=$(cd "$debs" && pwd)
work=$(mktemp -d)
trap 'rmdir "$work"' EXIT
unshare --mount --pid --uts --fork --kill-child --mount-proc --propagation private -- \
	sh "$here/make.sh" --inside "$work" "$out" "$debs" "$@" &
lab=$!
# unshare itself takes no softer signal while it waits; its child, process 1 of the lab, goes with it.
trap 'kill -KILL $lab 2>/dev/null; wait $lab || :; exit 130' INT TERM
wait $lab
