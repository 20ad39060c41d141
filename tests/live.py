#!/usr/bin/env python3
"""Live capture, --follow and -w against the reading of files.  To be run by tests/live.sh, in a network namespace of its
own: two ends of a cable, captures sent into one, the program on the other."""
import collections, glob, gzip, json, os, shutil, signal, socket, struct, subprocess, sys, tempfile, time

BUILD, SHARED = sys.argv[1], sys.argv[2]
PROGRAM = os.path.abspath(os.path.join(BUILD, 'smtpscope'))
WAIT = 15  # seconds until a test gives up
passed, failed = 0, 0


def check(name, good, detail=''):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f'FAIL {name}: {str(detail)[:600]}')


def until(condition, seconds=WAIT):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


# ---------------------------------------------------------------- captures

def packets_of(path):
    """(link, [octets of a packet, ...]) of a plain little-endian pcap, or None."""
    data = open(path, 'rb').read()
    if data[:4] not in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1'):
        return None
    link, = struct.unpack_from('<I', data, 20)
    packets, at = [], 24
    while at + 16 <= len(data):
        caplen, = struct.unpack_from('<I', data, at + 8)
        packets.append(data[at + 16:at + 16 + caplen])
        at += 16 + caplen
    return link, packets


def lab():
    here = sorted(glob.glob('captures/lab/*.pcap')) or sorted(glob.glob(os.path.join(SHARED, 'captures/lab/*.pcap')))
    found = []
    for path in here:
        got = packets_of(path)
        if got and got[0] == 1 and got[1] and max(map(len, got[1])) <= 1514:
            found.append((path, got[1]))
    return found


def send(name, packets, gap=0.0005):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((name, 0))
        for octets in packets:
            s.send(octets)
            time.sleep(gap)


CHANGING = {'ts', 'seq', 'sensor', 'session', 'frames', 'start', 'end', 'sessions', 'elapsed_ms', 'timing', 'story',
            'first_ts', 'last_ts', 'delay_ms', 'latency_ms', 'memory_octets', 'attempt'}
# What several sessions tell together depends on which were read together.
TOGETHER = {'stats', 'story', 'diagnosis', 'finding'}


def strip(value):
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in CHANGING}
    return [strip(v) for v in value] if isinstance(value, list) else value


def events(text):
    """A bag of events without what differs between two sights of the same packets."""
    bag = collections.Counter()
    for line in text[:text.rfind('\n') + 1].splitlines():  # the last may be on its way
        e = json.loads(line)
        if e['event'] not in TOGETHER and 'broke' not in e:  # how long nobody answered depends on the pace
            bag[json.dumps(strip(e), sort_keys=True)] += 1
    return bag


def read(*args):
    return subprocess.run([PROGRAM, 'log', '-q', '-e', 'all', *args], capture_output=True, text=True, timeout=60)


def differ(a, b):
    return f'only in the first: {list((a - b).elements())[:2]}; only in the second: {list((b - a).elements())[:2]}'


class Running:
    """The program at work; its output goes to files."""
    def __init__(self, *args, prefix=()):
        self.out, self.err = tempfile.NamedTemporaryFile('w+'), tempfile.NamedTemporaryFile('w+')
        self.process = subprocess.Popen([*prefix, PROGRAM, *args], stdout=self.out, stderr=self.err,
                                        stdin=subprocess.DEVNULL)

    def text(self):
        return open(self.out.name).read()

    def said(self):
        return open(self.err.name).read()

    def status(self, field):
        for line in open(f'/proc/{self.process.pid}/status'):
            if line.startswith(field + ':'):
                return line.split()[1:]
        return []

    def capturing(self):
        """The capture is open: it holds a packet socket and has come to the first wait."""
        return until(lambda: self.process.poll() is not None or
                     self.status('NoNewPrivs') == ['1']) and self.process.poll() is None

    def kill(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGINT):
        self.kill(number)
        try:
            return self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return 'had to be killed'


# ---------------------------------------------------------------- tests

def test_same_events(captures, work):
    want = collections.Counter()
    for path, _ in captures:
        want += events(read('-r', path).stdout)
    saved = os.path.join(work, 'all.pcapng')
    run = Running('log', '-e', 'all', '-i', 'left', '-w', saved)
    check('live: opens', run.capturing(), run.said())
    nobody = ['65534'] * 4
    check('live: root is given up', run.status('Uid') == nobody and run.status('Gid') == nobody, run.status('Uid'))
    check('live: no group is left', run.status('Groups') in ([], ['65534']), run.status('Groups'))
    check('live: no capability is left', run.status('CapPrm') == ['0' * 16], run.status('CapPrm'))
    run.kill(signal.SIGUSR1)
    check('live: SIGUSR1 while nothing comes', until(lambda: '"event":"stats"' in run.text()) and
          'dropped 0 by the kernel' in run.said(), run.said())
    for _, packets in captures:
        send('right', packets)
    code = run.end()
    got = events(run.text())
    check('live: SIGINT ends well', code == 0, f'{code} {run.said()}')
    check('live: the events of the files', got == want, differ(got, want))
    last = json.loads(run.text().splitlines()[-1])
    check('live: stats at the end', last['event'] == 'stats' and last['packets']['dropped'] == 0 and
          'memory_octets' in last and last['sensor'] == socket.gethostname(), last)
    back = events(read('-r', saved).stdout)
    check('live: -w read back', back == got, differ(back, got))
    check('live: -w is for its owner', os.stat(saved).st_mode & 0o777 == 0o600, oct(os.stat(saved).st_mode))
    check('live: -w is told to hold secrets', 'passwords' in run.said(), run.said())
    return want, saved


def test_latency(captures):
    run = Running('log', '-i', 'left', '-e', 'session')
    check('latency: opens', run.capturing(), run.said())
    worst = 0
    for i, (_, packets) in enumerate(captures[:5]):
        time.sleep(0.3)
        sent = time.monotonic()
        send('right', packets)
        until(lambda: run.text().count('"event":"session"') > i)
        worst = max(worst, time.monotonic() - sent - 0.0006 * len(packets))
    check('latency: within a second of the wire', worst < 1 and run.end() == 0, f'{worst:.3f} s')


def test_several(captures):
    _, packets = captures[0]
    want = events(read('-r', captures[0][0]).stdout)
    for name, args in (('any', ['any']), ('two interfaces', ['lo', '-i', 'left'])):
        run = Running('log', '-e', 'all', '-i', *args, '-Z', 'root', '-s', '0', '-B', '4', '--no-promisc')
        until(lambda: run.process.poll() is not None, 1)
        check(f'{name}: -Z root stays root', run.status('Uid')[:1] == ['0'], run.said())
        send('right', packets)
        code, got = run.end(signal.SIGTERM), events(run.text())
        if name == 'any':  # sees both ends of the cable: every packet twice
            check('any: sees the session', code == 0 and any('"event": "transaction"' in e for e in got), run.text())
            check('any: copies are told', 'are copies, as mirror ports make them' in run.said(), run.said())
        else:
            check(f'{name}: the same events', code == 0 and got == want, differ(got, want))


def test_drops(captures):
    """What a reader that stands still cannot take is dropped by the kernel, counted, and told."""
    packets = [p for _, some in captures for p in some]
    times = 6000000 // sum(map(len, packets)) + 1
    for fan in ([], ['--fanout', '2']):
        run = Running('log', '-e', 'stats', '-i', 'left', '-B', '1', '--max-drop', '1%', *fan)
        name = 'drops' + ' '.join(['', *fan])
        check(f'{name}: opens', run.capturing(), run.said())
        run.kill(signal.SIGSTOP)
        for _ in range(times):
            send('right', packets, 0)
        run.kill(signal.SIGCONT)
        time.sleep(1)
        code = run.end()
        counts = json.loads(run.text().splitlines()[-1])['packets']
        check(f'{name}: exit code', code == 5, f'{code} {run.said()}')
        check(f'{name}: each packet seen or dropped', counts['dropped'] > 0 and
              counts['seen'] + counts['dropped'] == times * len(packets), f'{counts} of {times * len(packets)}')
        check(f'{name}: told', 'packets; give it more buffer' in run.said(), run.said())


def test_filters(captures, work):
    path, packets = next(c for c in captures if '"event":"delivery"' in read('-r', c[0]).stdout)
    other = next(c for c in captures if c[0] != path)
    run = Running('list', '-i', 'left', 'port', '26')
    check('filter: opens', run.capturing(), run.said())
    send('right', packets)
    code = run.end()
    check('filter: BPF', code == 0 and len(run.text().splitlines()) <= 1, run.text())
    where = json.loads(next(e for e in read('-r', path).stdout.splitlines() if '"event":"delivery"' in e))
    expression = f'client.port == {where["client"]["port"]}'
    want = events(read('-r', path, '--where', expression).stdout)
    saved = os.path.join(work, 'some.pcapng')
    run = Running('log', '-q', '-e', 'all', '-i', 'left', '-w', saved, '--where', expression)
    check('filter: opens for -w', run.capturing(), run.said())
    send('right', other[1])
    send('right', packets)
    code = run.end()
    back = events(read('-r', saved).stdout)
    check('filter: -w of what matches', code == 0 and back == want and want, differ(back, want))


def in_ip(octets):
    """The same behind one more IPv4 header."""
    inner = octets[14:]
    outer = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(inner), 0, 0, 64, 4, 0, bytes([192, 0, 2, 1]),
                        bytes([192, 0, 2, 2]))
    return octets[:12] + b'\x08\x00' + outer + inner


def test_kernel_filter(captures):
    """What the kernel keeps back is what nobody would look at, whatever stands before it."""
    path, packets = next(c for c in captures if max(map(len, c[1])) < 1400 and all(p[12:14] == b'\x08\x00' for p in c[1]))
    want = events(read('-r', path).stdout)
    wraps = {
        'plain': lambda p: p,
        'one tag': lambda p: p[:12] + b'\x81\x00\x00\x05' + p[12:],
        'two tags': lambda p: p[:12] + b'\x88\xa8\x00\x07\x81\x00\x00\x05' + p[12:],
        'IP in IP': in_ip,
    }
    for name, wrap in wraps.items():
        for words in ([], ['tcp'], ['port', '25', 'or', '587', 'or', '465', 'or', '2525']):
            run = Running('log', '-e', 'all', '-i', 'left', *words)
            run.capturing()
            send('right', [wrap(p) for p in packets])
            code, got = run.end(), events(run.text())
            check(f'kernel filter: {name} {" ".join(words)}', code == 0 and got == want, differ(got, want))
    for words, port in (([], '26'), (['host', '203.0.113.9'], '25,587,465,2525')):
        run = Running('log', '-i', 'left', '-p', port, *words)
        run.capturing()
        send('right', packets)
        code = run.end()
        last = json.loads(run.text().splitlines()[-1])
        check(f'kernel filter: other ports and hosts {words}', code == 0 and last['packets']['seen'] == 0, last)


def in_fragments(octets):
    """The same IPv4 packet in pieces of 64 octets, the first one last."""
    if octets[12:14] != b'\x08\x00' or len(octets) < 14 + 20 + 72:
        return [octets]
    size, = struct.unpack_from('>H', octets, 16)
    head, data, parts = octets[14:34], octets[34:14 + size], []
    for at in range(0, len(data), 64):
        part = data[at:at + 64]
        more = 0x2000 if at + 64 < len(data) else 0
        ip = head[:2] + struct.pack('>H', 20 + len(part)) + head[4:6] + struct.pack('>H', more | at // 8) + head[8:10]
        ip += b'\0\0' + head[12:]
        words = sum(struct.unpack('>10H', ip))
        words = (words & 0xffff) + (words >> 16)
        ip = ip[:10] + struct.pack('>H', 0xffff - ((words & 0xffff) + (words >> 16))) + ip[12:]
        parts.insert(0, octets[:14] + ip + part)
    return parts


def test_fanout(captures):
    """What several sockets tell together is what one tells, fragments included."""
    plain = [c for c in captures if all(p[14] == 0x45 for p in c[1] if p[12:14] == b'\x08\x00')]
    want = collections.Counter()
    for path, _ in plain:
        want += events(read('-r', path).stdout)
    for n in (1, 3, 8):
        run = Running('log', '-v', '-e', 'all', '-i', 'left', '--fanout', str(n))
        check(f'fanout {n}: opens', run.capturing(), run.said())
        for i, (_, packets) in enumerate(plain):
            if n == 3 and i % 3 == 0:
                packets = [part for p in packets for part in in_fragments(p)]
            send('right', packets)
        code, got = run.end(), events(run.text())
        check(f'fanout {n}: the events of the files', code == 0 and got == want, f'{code} {run.said()} {differ(got, want)}')
        stats = json.loads(run.text().splitlines()[-1])
        check(f'fanout {n}: sums', stats['sessions']['open'] == 0 and stats['packets']['dropped'] == 0, stats)
    run = Running('log', '-e', 'session', '-i', 'left', '--fanout', '4')
    check('fanout: opens for latency', run.capturing(), run.said())
    worst = 0
    for i, (_, packets) in enumerate(captures[:4]):
        time.sleep(0.3)
        sent = time.monotonic()
        send('right', packets)
        until(lambda: run.text().count('"event":"session"') > i)
        worst = max(worst, time.monotonic() - sent - 0.0006 * len(packets))
    run.kill(signal.SIGUSR1)
    check('fanout: SIGUSR1', until(lambda: 'dropped 0 by the kernel' in run.said()), run.said())
    check('fanout: within a second of the wire', worst < 1 and run.end() == 0, f'{worst:.3f} s')
    r = read('--fanout', '2', '-r', captures[0][0])
    check('fanout: not for files', r.returncode == 2, r)


def test_refusals(work):
    r = subprocess.run([PROGRAM, 'log', '-i', 'nothere'], capture_output=True, text=True, timeout=WAIT)
    check('no such interface', r.returncode == 3 and 'no such interface' in r.stderr, r)
    closed = os.path.join(work, 'closed')
    os.mkdir(closed, 0o700)
    r = subprocess.run([PROGRAM, 'log', '-i', 'left', '-w', closed + '/x.pcapng', '-C', '1'], capture_output=True,
                       text=True, timeout=WAIT)
    check('files to come that nobody may create', r.returncode == 1 and 'files to come' in r.stderr, r)
    r = subprocess.run([PROGRAM, 'log', '-i', 'left', '-Z', 'nosuchuser'], capture_output=True, text=True, timeout=WAIT)
    check('no such user', r.returncode == 2 and 'no user' in r.stderr, r)
    if not shutil.which('setpriv'):
        return
    plain = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    r = subprocess.run([*plain, PROGRAM, '-i', 'left'], capture_output=True, text=True, timeout=WAIT)
    check('no permission', r.returncode == 3 and 'cannot capture on left: operation not permitted' in r.stderr and
          'setcap cap_net_raw+ep' in r.stderr, r)
    for name, prefix in (('of a user', [*plain, '--inh-caps', '+net_raw', '--ambient-caps', '+net_raw']),
                         ('of root', ['setpriv', '--bounding-set', '-all,+net_raw'])):
        run = Running('log', '-i', 'left', prefix=prefix)
        until(lambda: run.process.poll() is not None, 1)
        check(f'CAP_NET_RAW alone, {name}', run.process.poll() is None and run.end() == 0, run.said())


def test_signals(captures, work):
    room = os.path.join(work, 'open')
    os.mkdir(room)
    os.chmod(room, 0o777)
    saved, lines = room + '/x.pcapng', room + '/x.json'
    run = Running('list', '-q', '-i', 'left', '-w', saved, '-j', lines)
    check('SIGHUP: opens', run.capturing(), run.said())
    send('right', captures[0][1])
    until(lambda: '"event":"session"' in open(lines).read())
    os.rename(saved, saved + '.1')
    os.rename(lines, lines + '.1')
    run.kill(signal.SIGHUP)
    until(lambda: os.path.exists(saved) and os.path.exists(lines))
    send('right', captures[1][1])
    code = run.end()
    for name, path, old in (('first', captures[0][0], '.1'), ('second', captures[1][0], '')):
        want, got = events(read('-r', path).stdout), events(read('-r', saved + old).stdout)
        check(f'SIGHUP: the {name} packet file', got == want, differ(got, want))
        check(f'SIGHUP: the {name} event file', '"event":"session"' in open(lines + old).read())
    check('SIGHUP: ends well', code == 0, run.said())


def test_rotation(captures, work):
    path, packets = max(captures, key=lambda c: sum(map(len, c[1])))
    octets = sum(map(len, packets)) + 32 * len(packets)
    times = 3500000 // octets + 1
    for name, extra, files in (('-C', [], ['r', 'r1', 'r2', 'r3']), ('-C -W', ['-W', '2'], ['r0', 'r1'])):
        room = os.path.join(work, 'rotation' + str(len(extra)))
        os.mkdir(room)
        # The same file again and again, one after the other, is one large capture.
        large = os.path.join(work, 'large.pcap')
        data = open(path, 'rb').read()
        with open(large, 'wb') as f:
            f.write(data + data[24:] * (times - 1))
        r = read('-r', large, '-w', room + '/r', '-C', '1', *extra)
        got = sorted(os.listdir(room))
        sizes = [os.path.getsize(os.path.join(room, n)) for n in got]
        check(f'rotation: {name}', r.returncode == 0 and got == files and max(sizes) < 1010000, (got, sizes, r.stderr))
    room = os.path.join(work, 'periods')
    os.mkdir(room)
    os.chmod(room, 0o777)
    run = Running('log', '-q', '-i', 'left', '-w', room + '/at-%s', '-G', '1', '-W', '2')
    check('rotation: -G opens', run.capturing(), run.said())
    for _ in range(6):
        send('right', packets[:3])
        time.sleep(0.7)
    check('rotation: -G -W ends by itself', until(lambda: run.process.poll() is not None) and
          run.process.returncode == 0 and len(os.listdir(room)) == 2, (os.listdir(room), run.said()))


def grow(target, data, cuts):
    with open(target, 'ab') as f:
        for i in range(len(cuts) - 1):
            f.write(data[cuts[i]:cuts[i + 1]])
            f.flush()
            time.sleep(0.03)


def test_follow(captures, saved, want, work):
    for name, source in (('pcap', captures[0][0]), ('pcapng', saved)):
        target = os.path.join(work, 'growing.' + name)
        data = open(source, 'rb').read()
        whole = events(read('-r', source).stdout)
        open(target, 'wb').close()
        run = Running('log', '-e', 'all', '--follow', '-r', target)
        time.sleep(0.3)
        n = len(data)
        grow(target, data, sorted({0, 10, 24, 40, 41, n // 7, n // 5, n // 3, n // 2, n - 3, n}))
        # The last session may still be open; SIGINT ends it.
        until(lambda: sum(events(run.text()).values()) >= sum(whole.values()) - 1, 5)
        code, got = run.end(), events(run.text())
        check(f'follow: a growing {name}', code == 0 and got == whole, f'{code} {run.said()} {differ(got, whole)}')
    room = os.path.join(work, 'rotating')
    os.mkdir(room)
    few = captures[:4]
    whole = collections.Counter()
    for path, _ in few:
        whole += events(read('-r', path).stdout)
    run = Running('log', '-e', 'all', '--follow', '-r', room)
    for i, (path, _) in enumerate(few):  # names that sort the other way round
        data = open(path, 'rb').read()
        grow(os.path.join(room, f'{9 - i}.pcap'), data, [0, 24, len(data) // 2, len(data)])
    with gzip.open(os.path.join(room, 'old.pcap.gz'), 'wb') as f:
        f.write(data)
    until(lambda: sum(events(run.text()).values()) >= sum(whole.values()) - 1)
    time.sleep(1.2)
    code, got = run.end(), events(run.text())
    check('follow: a directory', code == 0 and got == whole, f'{code} {run.said()} {differ(got, whole)}')
    ring = os.path.join(work, 'ring.pcap')
    shutil.copy(captures[0][0], ring)
    run = Running('log', '-e', 'session', '--follow', '-r', ring)
    until(lambda: '"event":"session"' in run.text())
    with open(ring, 'wb') as f:  # begun anew, and shorter: the next capture's first packets
        f.write(open(captures[1][0], 'rb').read()[:1000])
    time.sleep(1.7)  # directories are looked at every second
    code, seen = run.end(), run.text().count('"event":"session"')
    check('follow: a file begun anew', code == 0 and seen == 2, f'{code} {seen} {run.said()}')
    packed = os.path.join(work, 'x.pcap.gz')
    with gzip.open(packed, 'wb') as f:
        f.write(data)
    r = read('--follow', '-r', packed)
    check('follow: packed is refused', r.returncode == 3 and 'packed' in r.stderr, r)
    r = read('--follow', '-r', os.path.join(work, 'nothing'))
    check('follow: no such file', r.returncode == 3, r)


def test_doctor(captures):
    run = Running('doctor', '-i', 'left')
    check('doctor: opens', run.capturing(), run.said())
    send('right', captures[0][1])
    check('doctor: ends by itself', until(lambda: run.process.poll() is not None) and run.process.returncode == 0)
    check('doctor: tells', '1 of 1 connections carried SMTP' in run.text() and 'permitted' in run.text(), run.text())
    r = subprocess.run([PROGRAM, '-D'], capture_output=True, text=True, timeout=WAIT)
    check('-D', r.returncode == 0 and '.left [Up, Running]' in r.stdout, r)


def main():
    for command in ('link add left type veth peer name right', 'link set left up', 'link set right up', 'link set lo up'):
        subprocess.run(['ip', *command.split()], check=True)
    for name in ('left', 'right', 'lo'):  # the kernel itself is not to speak
        try:
            open(f'/proc/sys/net/ipv6/conf/{name}/disable_ipv6', 'w').write('1')
        except OSError:
            pass
    captures = lab()
    if not captures:
        print('live: no captures of Ethernet to replay, left out')
        return 0
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        want, saved = test_same_events(captures, work)
        test_latency(captures)
        test_several(captures)
        test_drops(captures)
        test_filters(captures, work)
        test_kernel_filter(captures)
        test_fanout(captures)
        test_refusals(work)
        test_signals(captures, work)
        test_rotation(captures, work)
        test_follow(captures, saved, want, work)
        test_doctor(captures)
    print(f'live: {passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
