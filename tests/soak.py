#!/usr/bin/env python3
"""Live capture for long.  To be run by tests/soak.sh, in a network namespace of its own: mail that is made here is sent into
one end of a cable, the program listens at the other.

    soak.py BUILD MINUTES [PACKETS-A-SECOND [OPTION]...]

At the end these must hold:
- every packet sent was seen by the program, or dropped by the kernel or the interface and counted as that;
- when nothing was dropped, every payload octet was counted, and the verdicts are those that were played;
- memory is flat: of the resident octets, the most in the last third of the time are at most 2 % and 1 MiB more than the
  most in the second third; of the octets in use (as `stats` tells), at most twice as many."""
import collections, errno, json, os, random, signal, socket, struct, subprocess, sys, tempfile, threading, time

PROGRAM = os.path.join(sys.argv[1], 'smtpscope')
SECONDS = float(sys.argv[2]) * 60
RATE = int(sys.argv[3]) if len(sys.argv) > 3 else 1500
MEMORY = '24M'    # what is remembered of senders and recipients grows up to its share of this, soon enough to be seen flat
OPTIONS = sys.argv[4:]  # of the program, such as --fanout 2
OPEN = 60         # sessions at the same time
MSS = 1440
SYN, FIN, RST, PSH, ACK = 2, 1, 4, 8, 16
OUTCOMES = ('accepted', 'deferred', 'rejected', 'withdrawn', 'aborted', 'in_doubt', 'unknown')


def checksum(data):
    """RFC 1071: 2^16 is 1 modulo 2^16 - 1, so the sum is the remainder of the whole as one number."""
    if len(data) & 1:
        data += b'\0'
    return 0xffff - (int.from_bytes(data, 'big') % 0xffff or 0xffff)


class Wire:
    """One connection: makes frames of either side, with right numbers and sums."""
    def __init__(self, client, server, port, six):
        self.ends = [client, server]
        self.ports = [port, 25]
        self.six = six
        self.next = [random.getrandbits(32), random.getrandbits(32)]
        self.id = random.getrandbits(16)

    def frame(self, side, flags, payload=b'', seq=None):
        """A frame that moves its side on, unless `seq` tells that it was sent before."""
        src, dst = self.ends[side], self.ends[1 - side]
        at = self.next[side] if seq is None else seq
        tcp = struct.pack('>HHIIBBHHH', self.ports[side], self.ports[1 - side], at & 0xffffffff,
                          self.next[1 - side] & 0xffffffff if flags & ACK else 0, 0x50, flags, 65535, 0, 0)
        if self.six:
            pseudo = src + dst + struct.pack('>II', len(tcp) + len(payload), 6)
            ip = struct.pack('>IHBB', 6 << 28, len(tcp) + len(payload), 6, 64) + src + dst
        else:
            self.id = (self.id + 1) & 0xffff
            pseudo = src + dst + struct.pack('>HH', 6, len(tcp) + len(payload))
            ip = struct.pack('>BBHHHBBH', 0x45, 0, 40 + len(payload), self.id, 0x4000, 64, 6, 0) + src + dst
            ip = ip[:10] + struct.pack('>H', checksum(ip)) + ip[12:]
        tcp = tcp[:16] + struct.pack('>H', checksum(pseudo + tcp + payload)) + tcp[18:]
        if seq is None:
            self.next[side] += len(payload) + bool(flags & SYN) + bool(flags & FIN)
        return bytes(12) + (b'\x86\xdd' if self.six else b'\x08\x00') + ip + tcp + payload


class Session:
    """The frames of one session, one after the other, and what becomes of its recipients."""
    def __init__(self, number):
        self.six = number % 4 == 0
        if self.six:
            ends = [socket.inet_pton(socket.AF_INET6, a) for a in (f'2001:db8:1::{number & 0xffff:x}', '2001:db8:2::25')]
        else:
            ends = [bytes([198, 51, 100, 1 + number // 60000 % 254]), bytes([192, 0, 2, 25])]
        self.wire = Wire(*ends, 1024 + number % 60000, self.six)
        self.verdicts = collections.Counter()
        self.octets = 0
        self.number = number

    def say(self, side, data):
        for at in range(0, len(data), MSS):
            part = data[at:at + MSS]
            before = self.wire.next[side]
            self.octets += len(part)
            yield self.wire.frame(side, PSH | ACK, part)
            if random.random() < 0.01:  # sent again
                self.octets += len(part)
                yield self.wire.frame(side, PSH | ACK, part, before)
            elif random.random() < 0.3:
                yield self.wire.frame(1 - side, ACK)

    def both(self, command, reply):
        yield from self.say(0, command.encode() + b'\r\n')
        yield from self.say(1, reply.encode() + b'\r\n')

    def close(self, first):
        yield self.wire.frame(first, FIN | ACK)
        yield self.wire.frame(1 - first, FIN | ACK)
        yield self.wire.frame(first, ACK)

    def envelope(self):
        """Gives the recipients that were taken."""
        taken = 0
        yield from self.both(f'MAIL FROM:<sender{self.number}@example.org>', '250 2.1.0 Ok')
        for i in range(random.randint(1, 4)):
            code = random.choices(('250', '450', '550'), (8, 1, 1))[0]
            text = {'250': '2.1.5 Ok', '450': '4.2.0 greylisted', '550': '5.1.1 no such user'}[code]
            yield from self.both(f'RCPT TO:<user{i}@example.net>', f'{code} {text}')
            taken += code == '250'
            self.verdicts['deferred'] += code == '450'
            self.verdicts['rejected'] += code == '550'
        return taken

    def message(self):
        size = random.choice((300, 3000, 3000, 30000, 120000))
        return b'Subject: a message\r\n\r\n' + b'All work and no play makes a dull mail.\r\n' * (size // 41)

    def frames(self):
        yield self.wire.frame(0, SYN)
        yield self.wire.frame(1, SYN | ACK)
        yield self.wire.frame(0, ACK)
        yield from self.say(1, b'220 mx.example.net ESMTP\r\n')
        yield from self.both('EHLO client.example.org', '250-mx.example.net\r\n250 SIZE 10240000')
        for _ in range(random.choice((1, 1, 1, 2))):
            taken = yield from self.envelope()
            if not taken or random.random() < 0.05:
                self.verdicts['withdrawn'] += taken
                yield from self.both('RSET', '250 2.0.0 Ok')
                continue
            yield from self.both('DATA', '354 go on')
            end = random.choices(('accepted', 'deferred', 'rejected', 'aborted', 'in_doubt'), (80, 5, 5, 5, 5))[0]
            self.verdicts[end] += taken
            message = self.message()
            if end == 'aborted':
                yield from self.say(0, message[:len(message) // 2])
                yield from self.close(0)
                return
            yield from self.say(0, message + b'.\r\n')
            if end == 'in_doubt':
                yield from self.close(1)
                return
            text = {'accepted': '250 2.0.0 queued as 4F1234ABCD', 'deferred': '451 4.3.0 try again',
                    'rejected': '554 5.7.1 spam'}[end]
            yield from self.say(1, text.encode() + b'\r\n')
        yield from self.both('QUIT', '221 2.0.0 bye')
        yield from self.close(1)


class Sender:
    def __init__(self, name):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((name, 0))
        self.sent = self.octets = self.sessions = 0
        self.verdicts = collections.Counter()

    def send(self, frame):
        while True:
            try:
                self.socket.send(frame)
                break
            except OSError as e:
                if e.errno != errno.ENOBUFS:
                    raise
                time.sleep(0.001)
        self.sent += 1

    def begin(self):
        session = Session(self.sessions)
        self.sessions += 1
        return session, session.frames()

    def end(self, session):
        self.verdicts += session.verdicts
        self.octets += session.octets

    def run(self, seconds):
        begun, stop = time.monotonic(), time.monotonic() + seconds
        places = [self.begin() for _ in range(OPEN)]
        while places:
            due = (time.monotonic() - begun) * RATE
            while self.sent < due and places:
                i = random.randrange(len(places))
                frame = next(places[i][1], None)
                if frame:
                    self.send(frame)
                    if random.random() < 0.01:
                        self.noise()
                    continue
                self.end(places[i][0])
                if time.monotonic() < stop:
                    places[i] = self.begin()
                else:
                    places.pop(i)
            time.sleep(0.004)

    def noise(self):
        """What opens no connection: a bare SYN, and what is not TCP."""
        wire = Wire(bytes([203, 0, 113, random.randint(1, 254)]), bytes([192, 0, 2, 25]), random.randint(1024, 65535), False)
        self.send(wire.frame(0, SYN))
        self.send(bytes(12) + b'\x08\x06' + bytes(46))


class Program:
    def __init__(self, name, work):
        self.errors = open(os.path.join(work, 'errors'), 'w+')
        self.process = subprocess.Popen([PROGRAM, 'log', '-v', '-i', name, '-e', 'delivery,stats', '--stats-interval', '5',
                                         '--mem', MEMORY, *OPTIONS],
                                        stdout=subprocess.PIPE, stderr=self.errors, stdin=subprocess.DEVNULL, text=True)
        self.deliveries, self.stats = collections.Counter(), []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.resident = []
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()

    def read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            if event['event'] == 'stats':
                self.stats.append(event)
            else:
                self.deliveries[event['outcome']] += 1

    def watch(self):
        while self.process.poll() is None:
            try:
                for line in open(f'/proc/{self.process.pid}/status'):
                    if line.startswith('VmRSS:'):
                        self.resident.append(int(line.split()[1]) * 1024)
            except OSError:
                return
            time.sleep(min(5, SECONDS / 60))

    def capturing(self):
        for _ in range(500):
            status = open(f'/proc/{self.process.pid}/status').read()
            if 'NoNewPrivs:\t1' in status:
                return True
            time.sleep(0.02)
        return False

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.reader.join(10)
        return code

    def said(self):
        self.errors.seek(0)
        return self.errors.read()


def thirds(values):
    n = len(values) // 3
    return (max(values[n:2 * n]), max(values[2 * n:])) if n else (max(values), max(values))


def main():
    wrong = []

    def check(good, what):
        if not good:
            wrong.append(what)

    subprocess.run('ip link add left type veth peer name right'.split(), check=True)
    for name in ('left', 'right'):
        try:
            open(f'/proc/sys/net/ipv6/conf/{name}/disable_ipv6', 'w').write('1')  # the kernel itself is not to speak
        except OSError:
            pass
        subprocess.run(['ip', 'link', 'set', name, 'up'], check=True)
    with tempfile.TemporaryDirectory() as work:
        program, sender = Program('left', work), Sender('right')
        if not program.capturing():
            print('soak: FAIL: no capture:', program.said())
            return 1
        time.sleep(0.5)  # what it said when the interfaces came up has gone by
        sender.run(SECONDS)
        time.sleep(2)
        code = program.end()
        said = program.said()
        check(code == 0, f'exit code {code}')
        last = program.stats[-1]
        seen, dropped = last['packets']['seen'], last['packets']['dropped']
        check(seen + dropped == sender.sent, f'{sender.sent} packets sent, {seen} seen, {dropped} dropped')
        truth = {k: sender.verdicts[k] for k in OUTCOMES}
        if not dropped:
            check(last['octets'] == sender.octets, f'{sender.octets} octets sent, {last["octets"]} counted')
            check(last['recipients'] == truth, f'verdicts {last["recipients"]}, played {truth}')
            check({k: program.deliveries[k] for k in OUTCOMES} == truth, f'deliveries {dict(program.deliveries)}')
            check(last['sessions'] == {'open': 0, 'closed': sender.sessions, 'evicted': 0},
                  f'{sender.sessions} sessions played, {last["sessions"]}')
        rss, used = thirds(program.resident), thirds([s['memory_octets'] for s in program.stats[:-1]] or [0])
        check(rss[1] <= rss[0] * 1.02 + (1 << 20), f'resident octets grew from {rss[0]} to {rss[1]}')
        check(used[1] <= 2 * used[0] + (1 << 20), f'octets in use grew from {used[0]} to {used[1]}')
        print(f'soak: {SECONDS / 60:.1f} minutes, {sender.sent} packets, {sender.sessions} sessions, '
              f'{sum(truth.values())} verdicts, {sender.octets} octets; {dropped} packets dropped and counted')
        print(f'soak: resident {rss[0] >> 10} KiB in the second third, {rss[1] >> 10} KiB in the last; '
              f'in use {used[0] >> 10} and {used[1] >> 10} KiB')
        for line in said.splitlines():
            print('soak: it said:', line)
    for what in wrong:
        print('soak: FAIL:', what)
    print('soak: failed' if wrong else 'soak: all holds')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
