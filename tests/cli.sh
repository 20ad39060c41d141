#!/bin/bash
# cli.sh - the command line from outside: exit codes, messages, outputs that fail, signals.
#
#   tests/cli.sh [PROGRAM]        default: build/smtpscope
#
# Makes its own captures in a scratch directory; needs nothing but bash and the usual tools.

set -u
program=${1:-build/smtpscope}
case $program in /*) ;; *) program=$PWD/$program ;; esac
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
unset COLUMNS NO_COLOR
export TZ=UTC LC_ALL=C.UTF-8
passed=0 failed=0

verdict()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "PASS $2"
	else
		failed=$((failed + 1))
		echo "FAIL $2: $3"
	fi
}

# ---------------------------------------------------------------- captures

# Numbers as octets: le32 N, be16 N, be32 N.
octets()
{
	printf '%b' "$(printf '\\x%02x' "$@")"
}
le32() { octets $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }
be16() { octets $(($1 >> 8 & 255)) $(($1 & 255)); }
be32() { octets $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)); }

# A pcap header of raw IP packets.
header()
{
	octets 212 195 178 161 2 0 4 0 0 0 0 0 0 0 0 0
	le32 262144
	le32 101
}

# packet SECONDS SIDE FLAGS [TEXT]: from the client (c) or the server (s), with sequence numbers kept in seq_c and seq_s.
begin_flow() { client_port=$1 seq_c=1000 seq_s=9000; }
packet()
{
	local text=${4-} flags=$3 len
	text=$(printf '%b.' "$text")
	text=${text%.}
	len=${#text}
	le32 $((1577869200 + $1))
	le32 0
	le32 $((40 + len))
	le32 $((40 + len))
	octets 69 0
	be16 $((40 + len))
	octets 0 0 64 0 64 6 0 0
	if [ "$2" = c ]; then
		octets 192 0 2 1 198 51 100 2
		be16 "$client_port"; be16 25; be32 "$seq_c"; be32 "$seq_s"
		seq_c=$((seq_c + len + (flags & 3 ? 1 : 0)))
	else
		octets 198 51 100 2 192 0 2 1
		be16 25; be16 "$client_port"; be32 "$seq_s"; be32 "$seq_c"
		seq_s=$((seq_s + len + (flags & 3 ? 1 : 0)))
	fi
	octets 80 "$flags"
	be16 65535
	octets 0 0 0 0
	printf '%s' "$text"
}

# session SECONDS PORT RECIPIENT REPLY: one transaction with one recipient, refused.
session()
{
	local t=$1
	begin_flow "$2"
	packet $t c 2
	packet $t s 18
	packet $t c 16
	packet $t s 24 '220 mx.example.org ESMTP\r\n'
	packet $t c 24 'HELO client.example.net\r\n'
	packet $t s 24 '250 mx.example.org\r\n'
	packet $t c 24 'MAIL FROM:<alice@example.net>\r\n'
	packet $t s 24 '250 ok\r\n'
	packet $((t + 1)) c 24 "RCPT TO:<$3>\r\n"
	packet $((t + 1)) s 24 "$4\r\n"
	packet $((t + 1)) c 24 'QUIT\r\n'
	packet $((t + 1)) s 24 '221 bye\r\n'
	packet $((t + 1)) c 17
	packet $((t + 1)) s 17
}

{ header; session 0 40001 bob@example.org '550 5.1.1 no such user'; } > one.pcap
{ header; session 7200 40002 carol@example.com '450 4.7.1 greylisted'; } > two.pcap
{ header; session 0 40001 bob@example.org '550 5.1.1 no such user'; session 60 40003 dan@example.com '250 ok'; } > both.pcap
header > header.pcap
: > empty.pcap
head -c 300 both.pcap > cut.pcap
echo 'this is no capture, only a line of text' > text.txt
gzip -c one.pcap > one.pcap.gz
mkdir -p dir/sub && cp one.pcap dir/ && cp two.pcap dir/sub/ && cp text.txt dir/

# ---------------------------------------------------------------- runs

# run NAME CODE PATTERN ARGUMENT...: exit code, and what standard error must match ('' = it must be empty).
run()
{
	local name=$1 code=$2 pattern=$3 got
	shift 3
	"$program" "$@" > out 2> err < /dev/null
	got=$?
	if [ $got != "$code" ]; then
		verdict 1 "$name" "exit $got, not $code: $(head -c 300 err)"
	elif [ -z "$pattern" ] && [ -s err ]; then
		verdict 1 "$name" "said: $(head -c 300 err)"
	elif [ -n "$pattern" ] && ! grep -q -e "$pattern" err; then
		verdict 1 "$name" "said: $(head -c 300 err)"
	elif grep -q -v -e '^smtpscope: ' -e '^    ' err; then
		verdict 1 "$name" "a line without \"smtpscope: \": $(head -c 300 err)"
	else
		verdict 0 "$name"
	fi
}

# shown NAME PATTERN: what the last run wrote.
shown()
{
	grep -q -e "$2" out
	verdict $? "$1" "wrote: $(head -c 300 out)"
}

run 'nothing at all' 2 'nothing to read'
run 'help' 0 '' --help
awk 'length($0) > 80 { exit 1 }' out
verdict $? 'help fits 80 columns' "$(awk 'length($0) > 80' out | head -1)"
run 'version' 0 '' -V
shown 'version names its libraries' 'libpcap.*1\.'
run 'limits' 0 '' --limits
shown 'limits tell the detectors apart' '6[0-3]\.[0-9] .*all detectors'
run 'limits of little memory' 0 '' --limits --mem 32M
shown 'limits of little memory are smaller' ' [0-9]\.[0-9] .*all detectors'
run 'limits, wrong memory' 2 '--mem' --limits --mem 3
run 'unknown mode' 2 'did you mean "report"' repord -r one.pcap
run 'unknown option' 2 'did you mean --where' log --wher x -r one.pcap
run '-i and -r' 2 'give one of the two' log -i lo -r one.pcap
run '--follow without a file' 2 'follows what -r names' log --follow
run '-C without -w' 2 'give one' log -r one.pcap -C 1
run '-W alone' 2 'counts the files' log -r one.pcap -w x.pcapng -W 3
run '-w over the input' 2 'would be overwritten' log -r one.pcap -w one.pcap
run '-w and -j' 2 'the same file' log -r one.pcap -w x -j x
run '-w' 0 'as they were on the wire' log -r one.pcap -w all.pcapng
run '-w read back' 0 '' log -r all.pcapng
cmp -s out <("$program" log -r one.pcap)
verdict $? '-w holds what was read' "$(head -c 300 out)"
run '-w, one of two sessions' 0 '' log -q -r both.pcap -w dan.pcapng --where 'rcpt_to == "dan@example.com"'
run '-w, one session read back' 0 '' list -r dan.pcapng
grep -q dan@example.com out && ! grep -q bob@example.org out
verdict $? '-w takes matching sessions only' "$(head -c 300 out)"
"$program" log -q -r - -w dan2.pcapng --where 'rcpt_to == "dan@example.com"' < both.pcap > out 2> err
cmp -s dan.pcapng dan2.pcapng
verdict $? '-w from a pipe is the same' "$(cat err)"
run '-w of the session that show names' 0 '' show -q "$("$program" log -r both.pcap -e session |
	sed -n '/40003/s/.*"session":"\([0-9a-f]*\)".*/\1/p')" -r both.pcap -w dan3.pcapng
cmp -s dan.pcapng dan3.pcapng
verdict $? '-w of a session is the same' "$(cat err)"
TERM=dumb run 'tui on no screen' 2 'tui: the terminal is dumb' tui -r one.pcap
run 'report tls' 0 '' report tls -q -r one.pcap

run 'log' 0 '' log -r one.pcap
shown 'a delivery' '"event":"delivery".*"rcpt_to":"bob@example.org","outcome":"rejected"'
cp out plain.json
run 'no mode, no terminal' 0 '' -r one.pcap
cmp -s out plain.json
verdict $? 'is log' 'differs'
run 'gzip' 0 '' log -r one.pcap.gz
cmp -s out plain.json
verdict $? 'gzip gives the same' 'differs'
for workers in 1 2 7; do
	run "$workers workers" 0 '' log -r one.pcap --workers $workers
	cmp -s out plain.json
	verdict $? "$workers workers give the same" 'differs'
done
run 'empty standard input' 3 'standard input: is empty' log -r -
"$program" log -r - < one.pcap > out 2> err
cmp -s out plain.json
verdict $? 'standard input gives the same' "$(head -c 300 err)"
run 'list' 0 '' list -r one.pcap
shown 'a row' 'rejected.*550.*5\.1\.1'
run 'show' 0 '' show -r one.pcap
shown 'a dialogue' '550 5\.1\.1 no such user'
run 'find' 0 '' find bob@example.org -r one.pcap
shown 'found' 'bob@example.org'
run 'report' 0 '' report -r one.pcap
run 'doctor' 0 '' doctor -r one.pcap
shown 'a next step' '^Next step: '
run 'explain' 0 '' explain greylisted
run 'explain, unknown' 2 'nothing is called' explain greylistedd
printf '550\t5.1.1\tno such user\n' | "$program" explain --classify > out 2> err
shown 'classify' '^user_unknown	'
printf 'SC_RULE("own:such", policy, "", "no such user")\n' > own.rules
printf '550\t5.1.1\tno such user\n' | "$program" explain --classify --rules own.rules > out 2> err
shown 'own rules' '^policy	own:such$'
run 'own rules name events' 0 '' log -r one.pcap --rules own.rules
shown 'their name' '"cause":"policy","rule":"own:such"'
printf '\nSC_RULE("own:such", polic, "", "x")\n' > bad.rules
run 'own rules, a wrong cause' 2 'bad.rules:2:21: unknown cause "polic"; did you mean "policy"' log -r one.pcap --rules bad.rules
run 'own rules, none there' 2 'nope.rules: cannot read the rules' log -r one.pcap --rules nope.rules

run 'missing file' 3 'nope.pcap: no such file' log -r nope.pcap
run 'one of several missing' 3 'nope.pcap: no such file' log -r nope.pcap -r one.pcap
shown 'the other is read' 'bob@example.org'
run 'empty file' 3 'empty.pcap' log -r empty.pcap
run 'header without packets' 0 '' log -r header.pcap
shown 'no packet, no time' '"ts":"1970-01-01T00:00:00.000000Z","event":"stats"'
run 'not a capture' 3 'text.txt' log -r text.txt
run 'cut file' 4 'cut.pcap: cut short' log -r cut.pcap
shown 'what was before the cut' '"event":"session"'
run 'cut and missing' 3 'nope' log -r cut.pcap -r nope
run 'directory' 0 '' log -r dir
[ "$(grep -c '"event":"delivery"' out)" = 2 ]
verdict $? 'a directory and its sub-directories' "$(head -c 300 out)"
run 'a control octet in a name' 3 '^smtpscope: x\\x1b\[31m: no such file' log -r $'x\e[31m'
run 'no SMTP' 0 'no SMTP in 14 packets' list -p 26 -r one.pcap
run 'no SMTP, quietly' 0 '' list -q -p 26 -r one.pcap
run 'a second file without -r' 2 'two.pcap: a file without -r' log -r one.pcap two.pcap
run 'BPF filter' 0 '' log -r both.pcap -q tcp port 40003
[ "$(grep -c '"event":"session"' out)" = 1 ]
verdict $? 'BPF filter chooses' "$(head -c 300 out)"
run 'bad BPF filter' 2 'syntax error' log -r one.pcap tcp prt 25
run 'keylog missing' 3 'nokeys: cannot read' log -k nokeys -r one.pcap

run 'unknown field' 2 'unknown field "rcpt.domian"' log -r one.pcap --where 'rcpt.domian == "x"'
[ "$(sed -n 2p err)" = '    rcpt.domian == "x"' ] && sed -n 3p err | grep -q '^    ^^^^^^^^^^^ did you mean'
verdict $? 'a caret under it' "$(cat err)"
run 'where' 0 '' list -r both.pcap --where 'outcome == "rejected"'
! grep -q dan@example.com out && grep -q bob@example.org out
verdict $? 'where tests rows' "$(cat out)"
run 'where, by session' 0 '' show -r both.pcap --where 'rcpt_to == "dan@example.com"'
! grep -q bob@example.org out && grep -q dan@example.com out && grep -q HELO out
verdict $? 'where keeps whole sessions' "$(head -c 300 out)"
run 'stats are not filtered' 0 '' log -r both.pcap --where 'code == 1'
shown 'stats alone' '"event":"stats","seq":1,"packets":{"seen":28'
run 'fail-on' 10 '' log -r one.pcap --fail-on 'outcome == "rejected"'
run 'fail-on, no match' 0 '' log -r one.pcap --fail-on 'outcome == "accepted"'
run 'fail-on and a cut file' 4 'cut' log -r one.pcap -r cut.pcap --fail-on 'outcome == "rejected"'
run 'until' 0 '' log -r both.pcap --until 09:00:30 --utc
! grep -q dan@example.com out && grep -q bob@example.org out
verdict $? 'until ends' "$(head -c 300 out)"
run 'since' 0 'no event lies in that time; the events are of 2020-01-01T09:00:0' log -r one.pcap --since today
run 'since, wrong' 2 'no time' log -r one.pcap --since soon

run 'events' 0 '' log -r one.pcap -e exchange
! grep -v -q '"event":"exchange"' out && grep -q '"verb":"QUIT"' out
verdict $? 'one kind' "$(head -c 300 out)"
run 'events, wrong' 2 'did you mean "delivery"' log -r one.pcap -e delivry
run 'sensor' 0 '' log -r one.pcap --sensor here
shown 'sensor shown' '"sensor":"here"'
run 'stats interval' 0 '' log -r both.pcap --stats-interval 10
[ "$(grep -c '"event":"stats"' out)" -ge 2 ]
verdict $? 'stats in between' "$(grep -c stats out)"
run 'privacy' 0 '' log -r one.pcap -e all --privacy domain
! grep -q -e bob -e alice out && grep -q '"rcpt_to":"@example.org"' out
verdict $? 'no address is left' "$(grep -e bob -e alice out | head -c 300)"
run 'pseudonyms' 0 '' log -r one.pcap -e all --privacy pseudonym --seed 1
! grep -q -e bob -e alice out && grep -q '"rcpt_to":"p-[0-9a-f]*@example.org"' out
verdict $? 'names are keyed' "$(head -c 300 out)"

printf 'port = 25\nfail-on = code == 550\n' > good.conf
printf 'prot = 25\n' > bad.conf
run 'configuration' 10 '' log -c good.conf -r one.pcap
run 'configuration, overruled' 0 '' log -c good.conf -r one.pcap --fail-on 'code == 1'
run 'configuration, wrong' 2 'bad.conf:1: unknown key "prot"; did you mean "port"' log -c bad.conf -r one.pcap

run 'output file' 0 '' list -r one.pcap -o rows.txt -j events.json
grep -q bob@example.org rows.txt && cmp -s events.json plain.json && [ ! -s out ]
verdict $? 'two outputs' "$(head -c 300 rows.txt events.json)"
run 'two outputs, one file' 2 'same file' list -r one.pcap -o x -j x
cp one.pcap precious.pcap
run 'the input as output' 2 'would be overwritten' log -r precious.pcap -o precious.pcap
cmp -s one.pcap precious.pcap
verdict $? 'the input is unharmed' 'it was changed'
run 'output cannot be opened' 1 'cannot open for writing' log -r one.pcap -o nodir/x
if [ -c /dev/full ]; then
	run 'full disk' 1 'No space left' log -r one.pcap -o /dev/full
	"$program" report -r one.pcap > /dev/full 2> err
	[ $? = 1 ] && [ "$(wc -l < err)" = 1 ]
	verdict $? 'full standard output' "$(cat err)"
	run 'one output full' 1 'No space left' log -r one.pcap -o /dev/full -j rest.json
	cmp -s rest.json plain.json
	verdict $? 'the other is complete' "$(head -c 300 rest.json)"
	"$program" --help > /dev/full 2> err
	[ $? = 1 ]
	verdict $? 'full standard output for help' "$(cat err)"
fi
"$program" log -r one.pcap >&- 2> err
[ $? = 1 ] && grep -q 'standard output' err
verdict $? 'closed standard output' "$(cat err)"

# A reader that goes away before anything is written.
mkfifo pipe
{ "$program" log -r one.pcap > pipe 2> err; echo $? > code; } &
exec 3< pipe
exec 3<&-
wait
case $(cat code) in
1) [ "$(wc -l < err)" = 1 ] ;;
0) true ;; # it had written before the reader closed
*) false ;;
esac
verdict $? 'closed pipe' "exit $(cat code): $(cat err)"

# ---------------------------------------------------------------- signals, and what happens while a pipe is silent

# wait_for PATTERN FILE
wait_for()
{
	local i
	for i in $(seq 100); do
		grep -q -e "$1" "$2" 2> /dev/null && return 0
		sleep 0.1
	done
	return 1
}

# start_live ARGUMENT...: reads a pipe that is held open on descriptor 4; sets `pid`.
start_live()
{
	rm -f live
	mkfifo live
	"$program" "$@" -r - < live > out 2> err &
	pid=$!
	exec 4> live
	cat one.pcap >&4
}

start_live log -j live.json
wait_for '"event":"session"' out
verdict $? 'events appear while the pipe is open' "$(head -c 300 out) $(cat err)"
kill -USR1 $pid
sleep 0.3
tail -c +25 both.pcap >&4
wait_for 'packets, ' err
verdict $? 'SIGUSR1 tells' "$(cat err)"
wait_for '"event":"stats"' out
verdict $? 'SIGUSR1 gives a stats event' "$(tail -c 300 out)"
mv live.json moved.json
kill -HUP $pid
sleep 0.3
tail -c +25 two.pcap >&4
wait_for '"event":"session"' live.json
verdict $? 'SIGHUP opens a new file' "$(ls -l live.json moved.json 2>&1)"
kill -INT $pid
wait $pid
code=$?
[ $code = 0 ] && tail -1 out | grep -q '"event":"stats"'
verdict $? 'SIGINT ends and writes everything' "exit $code: $(tail -c 300 out) $(cat err)"
exec 4>&-

start_live list
wait_for bob@example.org out
kill -TERM $pid
wait $pid
code=$?
[ $code = 0 ]
verdict $? 'SIGTERM ends' "exit $code: $(cat err)"
exec 4>&-

echo "$passed passed, $failed failed"
[ $failed = 0 ]
