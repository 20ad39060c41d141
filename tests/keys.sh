#!/bin/bash
# TLS secrets from outside: where they come from, when they come, where they go: tests/keys.sh PROGRAM
#
# Every bundled capture that has a key log beside it is opened; nothing that the program writes holds a secret, but for the
# file of -w with --embed-keys, which opens the same sessions again.
set -u
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # NAME STATUS
	if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "keys: $1"; fi
}

holds_secret() { # KEYS FILE: in hexadecimal of either case, or as octets
	python3 - "$1" "$2" <<'P'
import sys
data = open(sys.argv[2], "rb").read()
low = data.lower()
for line in open(sys.argv[1]):
    word = line.split()
    if len(word) == 3 and (word[2].lower().encode() in low or bytes.fromhex(word[2]) in data):
        sys.exit(0)
sys.exit(1)
P
}

verdicts() { # FILE: what became of recipients
	grep -o '"event":"delivery".*' "$1" | grep -o '"\(rcpt_to\|outcome\|queue_id\)":"[^"]*"' | tr '\n' ' '
}

for keys in captures/lab/*.keys captures/demo.keys; do
	capture=${keys%.keys}.pcap
	for mode in 'log -e all' 'report' 'report -f json' 'report -f html' 'show' 'list sessions' 'list recipients'; do
		"$program" $mode -v -r "$capture" -k "$keys" >"$work/out" 2>"$work/err"
		cat "$work/err" >>"$work/out"
		holds_secret "$keys" "$work/out"
		check "a secret of $keys in the output of $mode" $((! $?))
	done
	"$program" log -q -e all -r "$capture" -k "$keys" >"$work/plain"
	for n in 2 7; do
		"$program" log -q -e all --workers $n -r "$capture" -k "$keys" | cmp -s - "$work/plain"
		check "$capture with $n workers" $?
	done
	"$program" log -q -e all -r "$capture" -k "$keys" -w "$work/embedded.pcapng" --embed-keys >/dev/null
	"$program" log -q -e all -r "$work/embedded.pcapng" >"$work/again"
	[ "$(verdicts "$work/again")" = "$(verdicts "$work/plain")" ]
	check "$capture: the file of --embed-keys says something else" $?
	"$program" log -q -r "$capture" -k "$keys" -w "$work/bare.pcapng" >/dev/null
	holds_secret "$keys" "$work/bare.pcapng"
	check "$capture: a secret in the file of -w without --embed-keys" $((! $?))
done

# Keys that come behind the packets, through a pipe: they are waited for while the connection lasts.
mkfifo "$work/pipe"
for name in exim-tls12 exim-tls13 postfix-implicit-465; do
	capture=captures/lab/$name.pcap keys=captures/lab/$name.keys
	exec 3<>"$work/pipe"
	{
		head -c 5000 "$capture"
		sleep 1
		cat "$keys" >&3
		sleep 1
		tail -c +5001 "$capture"
	} | "$program" log -q -e delivery,session -r - -k "$work/pipe" >"$work/late"
	exec 3>&-
	"$program" log -q -e delivery,session -r "$capture" -k "$keys" >"$work/plain"
	[ "$(verdicts "$work/late")" = "$(verdicts "$work/plain")" ] && grep -q '"decrypted":true' "$work/late"
	check "$name: keys that came late" $?
done

# Keys that come when the connection is over, the capture going on by less than a minute, or at its end; and too late.
later() { # SECONDS: of capture time between the connections and the keys, which come behind a packet at that time
	python3 - "$capture" "$1" <<'P'
import struct, sys
data, gap = open(sys.argv[1], "rb").read(), int(sys.argv[2])
at, last = 24, None
while at < len(data):
    seconds, micro, caught, wire = struct.unpack_from("<IIII", data, at)
    last, at = seconds, at + 16 + caught
frame = bytes(12) + b"\x88\xcc" + bytes(46) # what no connection sees
for s in (last + gap, last + gap + 1):
    sys.stdout.buffer.write(struct.pack("<IIII", s, 0, len(frame), len(frame)) + frame)
P
}
for name in exim-tls12 exim-tls13 postfix-implicit-465; do
	capture=captures/lab/$name.pcap keys=captures/lab/$name.keys
	"$program" log -q -e delivery,session -r "$capture" -k "$keys" | grep -v '"event":"stats"' >"$work/plain"
	for wait in 50 70; do
		later $wait >"$work/tail"
		exec 3<>"$work/pipe"
		{
			cat "$capture"
			head -c 76 "$work/tail"
			sleep 1
			cat "$keys" >&3
			sleep 1
			tail -c +77 "$work/tail"
		} | "$program" log -q -e delivery,session -r - -k "$work/pipe" >"$work/late" 2>&1
		exec 3>&-
		if [ $wait = 50 ]; then
			[ "$(verdicts "$work/late")" = "$(verdicts "$work/plain")" ] && grep -q '"decrypted":true' "$work/late"
		else
			grep -q '"unopened":"no_key"' "$work/late" && ! grep -q '"event":"delivery"' "$work/late"
		fi
		check "$name: keys $wait seconds behind the end" $?
	done
	{ cat "$capture"; { sleep 1; cat "$keys"; } >"$work/pipe" & } |
		"$program" log -q -e delivery,session -r - -k "$work/pipe" >"$work/late"
	[ "$(verdicts "$work/late")" = "$(verdicts "$work/plain")" ] && grep -q '"decrypted":true' "$work/late"
	check "$name: keys when all packets were read" $?
done

# On a port that is not for mail, the text inside shows what it is; without keys nobody can know.
capture=captures/lab/postfix-implicit-465.pcap
"$program" log -q -e all --any-port -p 26 -r "$capture" -k "${capture%.pcap}.keys" >"$work/any"
grep -q '"event":"tls"' "$work/any" && grep -q '"outcome":"accepted"' "$work/any"
check "implicit TLS on any port, with keys" $?
"$program" log -q -e session --any-port -p 26 -r "$capture" >"$work/any"
! grep -q '"event":"session"' "$work/any"
check "implicit TLS on any port, without keys" $?

# Secrets in a pcapng file count wherever they stand: behind all packets, too, packed and beside other files.  Of a pipe only
# what comes behind them can be opened.
capture=captures/lab/exim-tls13.pcap keys=captures/lab/exim-tls13.keys
"$program" log -q -e delivery,session -r "$capture" -k "$keys" >"$work/plain"
"$program" log -q -r "$capture" -w "$work/late.pcapng" >/dev/null
python3 - "$keys" >>"$work/late.pcapng" <<'P'
import struct, sys
text = open(sys.argv[1], "rb").read()
body = struct.pack("<II", 0x544C534B, len(text)) + text + bytes(-len(text) % 4)
sys.stdout.buffer.write(struct.pack("<II", 10, 12 + len(body)) + body + struct.pack("<I", 12 + len(body)))
P
gzip -k "$work/late.pcapng"
for source in "$work/late.pcapng" "$work/late.pcapng.gz" "$work/late.pcapng -r captures/lab/fault-plain.pcap"; do
	for n in 1 2 7; do
		"$program" log -q -e delivery,session --workers $n -r $source >"$work/out"
		[ "$(grep -c '"decrypted":true' "$work/out")" -ge 1 ] && [ "$(verdicts "$work/out")" != "" ] &&
			grep -q "$(grep -o '"queue_id":"[^"]*"' "$work/plain" | head -n 1)" "$work/out"
		check "secrets behind the packets of $source, $n workers" $?
	done
done
"$program" log -q -e delivery,session -r - <"$work/late.pcapng" >"$work/out"
grep -q '"decrypted":true' "$work/out"
check "secrets behind the packets of a file on standard input" $?
cat "$work/late.pcapng" | "$program" log -q -e delivery,session -r - >"$work/out"
! grep -q '"event":"delivery"' "$work/out"
check "secrets behind the packets of a pipe" $?

# The keys of another connection, and none at all.
"$program" log -q -e tls,delivery -r captures/lab/exim-tls13.pcap -k captures/lab/postfix-tls13.keys >"$work/out"
grep -q '"unopened":"no_key"' "$work/out" && ! grep -q delivery "$work/out"
check "the key log of another connection" $?
sed 's/\(CLIENT_TRAFFIC_SECRET_0 [^ ]* \)..../\10000/' captures/lab/exim-tls13.keys >"$work/wrong"
"$program" log -q -e all -r captures/lab/exim-tls13.pcap -k "$work/wrong" >"$work/out"
! grep -q delivery "$work/out"
check "a wrong secret" $?
echo 'hello' >"$work/nolog"
"$program" log -e session -r captures/lab/exim-tls13.pcap -k "$work/nolog" 2>&1 >/dev/null |
	grep -q 'line 1 is no line of a key log; of 1 lines 1 were passed over'
check "what is no key log is said" $?

# Lines that are none are told once, with the number of the first, and the others count.
capture=captures/lab/exim-tls13.pcap keys=captures/lab/exim-tls13.keys
"$program" log -q -e delivery,session -r "$capture" -k "$keys" >"$work/plain"
{ echo '# a key log'; echo; head -n 1 "$keys"; echo 'CLIENT_RANDOM 00 11'; head -c 600 /dev/zero; echo; cat "$keys"; } >"$work/mixed"
"$program" log -e delivery,session -r "$capture" -k "$work/mixed" >"$work/out" 2>"$work/err"
grep -q 'line 4 is no line of a key log; of [0-9]* lines 2 were passed over' "$work/err" && [ "$(wc -l <"$work/err")" = 1 ] &&
	cmp -s "$work/out" "$work/plain"
check "lines that are none among those that are" $?

# A pipe beside a capture that is there is read to its end, whenever its writer comes, and to its last octet.
opens() { # NAME: the output is that of the key log given as a file
	cmp -s "$work/out" "$work/plain"
	check "$1" $?
}
printf '%s' "$(tac "$keys")" >"$work/endless" # no newline behind the last line
"$program" log -q -e delivery,session -r "$capture" -k "$work/endless" >"$work/out"
opens "a last line without its end, in a file"
"$program" log -q -e delivery,session -r "$capture" -k <(sleep 1; cat "$work/endless") >"$work/out"
opens "a last line without its end, from a pipe"
{ sleep 1; cat "$work/endless" >"$work/pipe"; } &
"$program" log -q -e delivery,session -r "$capture" -k "$work/pipe" >"$work/out"
opens "a FIFO whose writer comes late"
wait $!
{ head -n 2 "$keys"; sleep 1; tail -n +3 "$keys" | head -c 100; sleep 1; tail -n +3 "$keys" | tail -c +101; } >"$work/pipe" &
"$program" log -q -e delivery,session -r "$capture" -k "$work/pipe" >"$work/out"
opens "a FIFO whose writer is slow"
wait $!
"$program" log -q -e delivery,session -r "$capture" -k "$work/pipe" >"$work/nobody" 2>"$work/err" &
nobody=$!
mkfifo "$work/open"
exec 3<>"$work/open"
cat "$keys" >&3
timeout 30 "$program" log -e delivery,session -r "$capture" -k "$work/open" >"$work/out" 2>"$work/err"
check "a FIFO that is never closed holds nothing up" $?
opens "a FIFO that is never closed"
grep -q 'the writer of the key log has not closed it' "$work/err"
check "a FIFO that is never closed is said" $?
exec 3>&-
wait $nobody
check "a FIFO that nobody writes to holds nothing up" $?
"$program" log -q -e delivery,session -r "$capture" -k /dev/null >"$work/plain"
cmp -s "$work/nobody" "$work/plain"
check "a FIFO that nobody writes to" $?

# A key log that grows while packets come from a pipe, cut within a line, its last line without an end; and one written anew.
"$program" log -q -e delivery,session -r "$capture" -k "$keys" >"$work/plain"
changes() { # BEGINNING COMMAND...: makes of the key log what it is when the rest of the packets comes
	cp "$1" "$work/growing"
	shift
	{ head -c 3000 "$capture"; sleep 1; "$@"; sleep 1; tail -c +3001 "$capture"; } |
		"$program" log -q -e delivery,session -r - -k "$work/growing" >"$work/out"
}
append() { cat "$1" >>"$work/growing"; }
head -c 300 "$work/endless" >"$work/a"
tail -c +301 "$work/endless" >"$work/b"
changes "$work/a" append "$work/b"
opens "a key log that grows"
head -c 9999 /dev/zero | tr '\0' '#' >"$work/a"
changes "$work/a" cp "$keys" "$work/growing"
opens "a key log that is written anew"

# Records that are damaged on their way.
for name in exim-tls13 exim-tls12 postfix-tls13 postfix-implicit-465; do
	tests/tls_damage.py "$program" captures/lab/$name.pcap captures/lab/$name.keys
	check "$name: damaged records" $?
done

echo "keys: $passed passed, $failed failed"
[ $failed -eq 0 ]
