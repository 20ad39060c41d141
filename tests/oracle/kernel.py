#!/usr/bin/env python3
"""The Linux kernel as receiver: kernel.py CASES SEED FOLDER [--only N]

Runs as root in a network namespace of its own (run.sh makes one).  Opens a TAP device, lets the kernel listen on real
sockets, and plays a remote client by writing frames: a handshake, then a random and nasty order of segments, then most
of the time whatever is needed to complete the stream.  Writes FOLDER/wire.pcap with the IP packets of both directions as
a sniffer sees them there, and FOLDER/read.txt with one line a case: the client's port, every octet that the socket gave to
its reader in hexadecimal, and "short" when the kernel threw away octets for want of memory.

Each segment carries octets of its own, so that each octet read tells which copy the kernel took.  The capture's clock
is made: 10 ms a frame of the client, 20 us a frame of the kernel.  A TAP and not a TUN device, because its frames lie
in page fragments as those of network cards do: the kernel then joins neighbours in its out-of-order queue wherever it
may, while those of a TUN device join only as far as an allocation happens to reach.
"""
import argparse
import fcntl
import os
import random
import socket
import struct
import sys

HERE, PEER = socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.99")
MAC_HERE, MAC_PEER = bytes.fromhex("020000000001"), bytes.fromhex("020000000063")
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128
M32 = 0xffffffff
SOCKETS = ((25, 0), (587, 4600), (2525, 2304))  # port, SO_RCVBUF (0: the kernel's own choice)


def checksum(data):
    if len(data) & 1:
        data += b"\0"
    n = int.from_bytes(data, "big") % 65535
    return 65535 - n if n else 65535


class Tap:
    """The device, the clock and the capture."""

    def __init__(self, path):
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.fd, 0x400454ca, struct.pack("16sH22x", b"oracle0", 0x1002))  # TUNSETIFF: TAP, no packet information
        ctl = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

        def address(octets):
            return struct.pack("HH4s8x", socket.AF_INET, 0, octets)

        def set_link(request, payload):
            fcntl.ioctl(ctl, request, struct.pack("16s", b"oracle0") + payload + bytes(24 - len(payload)))
        set_link(0x8924, struct.pack("H6s8x", 1, MAC_HERE))                # SIOCSIFHWADDR
        set_link(0x8916, address(HERE))                                    # SIOCSIFADDR
        set_link(0x891c, address(b"\xff\xff\xff\0"))                       # SIOCSIFNETMASK
        set_link(0x8914, struct.pack("H", 0x1 | 0x40))                     # SIOCSIFFLAGS: up, running
        fcntl.ioctl(ctl, 0x8955, address(PEER) + struct.pack("H6s8x", 1, MAC_PEER) +
                    struct.pack("i16s16s", 0x2 | 0x4, b"", b"oracle0"))    # SIOCSARP: complete, permanent
        ctl.close()
        self.now = 1769860800 * 1000000
        self.pcap = open(path, "wb", buffering=1 << 20)
        self.pcap.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))

    def record(self, packet, step):
        self.now += step
        self.pcap.write(struct.pack("<IIII", self.now // 1000000, self.now % 1000000, len(packet), len(packet)) + packet)

    def send(self, packet):
        self.record(packet, 10000)
        os.write(self.fd, MAC_HERE + MAC_PEER + b"\x08\0" + packet)

    def receive(self):
        """TCP packets that the kernel has sent since the last call."""
        while True:
            try:
                frame = os.read(self.fd, 4096)
            except BlockingIOError:
                return
            if frame[12:14] == b"\x08\0" and frame[23] == 6:
                self.record(frame[14:], 20)
                yield frame[14:]


class Peer:
    """The remote client of one connection."""

    def __init__(self, tap, rng, sport, dport, say):
        self.tap, self.rng, self.sport, self.dport, self.say = tap, rng, sport, dport, say
        self.isn = rng.choice((rng.getrandbits(32), M32 - rng.randrange(300), 0x7fffffff - rng.randrange(300)))
        self.base = (self.isn + 1) & M32
        self.stamps = rng.random() < .6
        self.sack = rng.random() < .7
        self.scale = rng.choice((None, 0, 3, 7, 14))
        self.clock = rng.choice((rng.getrandbits(32), M32 - rng.randrange(40), 1 + rng.randrange(100)))
        self.echo = 0
        self.ident = rng.getrandbits(16)
        self.taken = 0          # by the kernel's acknowledgements: offset in our stream
        self.edge = 0           # of the window it offers: offset
        self.kernel_isn = 0
        self.kernel_next = 0    # what it has sent: sequence number
        self.window_scale = 0
        self.fins = set()       # offsets of FINs
        self.established = self.closed = False

    def packet(self, seq, ack, flags, data=b"", options=b"", window=512, urgent=0, bad_sum=0):
        head = struct.pack(">HHIIBBHHH", self.sport, self.dport, seq & M32, ack & M32, (20 + len(options)) // 4 << 4,
                           flags, window, 0, urgent)
        body = head + options + data
        sum_ = checksum(PEER + HERE + struct.pack(">HH", 6, len(body)) + body)
        if bad_sum:
            sum_ = (sum_ + bad_sum) & 0xffff or 7
        body = body[:16] + struct.pack(">H", sum_) + body[18:]
        self.ident = (self.ident + 1) & 0xffff
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), self.ident, 0x4000, 64, 6, 0, PEER, HERE)
        return ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + body

    def stamp(self, back=0):
        return struct.pack(">BBBBII", 1, 1, 8, 10, (self.clock - back) & M32, self.echo) if self.stamps else b""

    def post(self, offset, flags, data=b"", ack=None, back=0, options=None, **more):
        if flags & FIN:
            self.fins.add(offset + len(data))
        ack = self.kernel_next if ack is None else ack
        options = self.stamp(back) if options is None else options
        if self.say:
            print(f"  > {offset:5}+{len(data):<4} flags {flags:3} ack {(ack - self.kernel_isn - 1) & M32} back {back}"
                  f" {more or ''} {data[:60]!r}")
        self.tap.send(self.packet(self.base + offset, ack, flags, data, options, **more))
        self.hear()

    def hear(self):
        for p in self.tap.receive():
            sport, dport, seq, ack, off, flags, window = struct.unpack(">HHIIBBH", p[20:36])
            if dport != self.sport:
                continue
            self.see(seq, ack, flags, window, p[40:20 + (off >> 4) * 4], len(p) - 20 - (off >> 4) * 4)

    def see(self, seq, ack, flags, window, options, octets):
        if flags & SYN:
            self.kernel_isn, self.established = seq, True
        self.read_options(options, flags & SYN)
        if flags & RST:
            self.closed = True
        end = (seq + octets + (1 if flags & (SYN | FIN) else 0)) & M32
        if not flags & RST and (end - self.kernel_next) & M32 < 1 << 31 or flags & SYN:
            self.kernel_next = end
        if flags & ACK and not flags & RST:
            self.taken = (ack - self.base) & M32
            self.edge = self.taken + (window << (0 if flags & SYN else self.window_scale))
        if self.say:
            print(f"  < flags {flags} ack {self.taken} edge {self.edge} octets {octets} {options.hex()}")

    def read_options(self, options, syn):
        while options and options[0]:
            if options[0] == 1:
                options = options[1:]
                continue
            kind, n = options[0], options[1]
            if kind == 3 and syn and self.scale is not None:
                self.window_scale = options[2]
            if kind == 8:
                self.echo = struct.unpack(">I", options[2:6])[0]
            options = options[n:]

    def connect(self):
        options = b"\x02\x04\x05\xb4" + (b"\x04\x02\x01\x01" if self.sack else b"")
        options += b"\x03\x03" + bytes((self.scale,)) + b"\x01" if self.scale is not None else b""
        if self.stamps:
            options += struct.pack(">BBBBII", 1, 1, 8, 10, self.clock, 0)
        early = self.octets(self.rng.randrange(1, 30)) if self.rng.random() < .1 else b""
        self.tap.send(self.packet(self.isn, 0, SYN, early, options, window=64240))
        self.hear()
        if self.established:
            self.post(0, ACK)

    def octets(self, n):
        return bytes(self.rng.choices(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=n))


class Case:
    """One connection: the peer, the socket, what its reader got."""

    def __init__(self, tap, listeners, rng, sport, say=False):
        self.rng, self.got, self.over, self.short = rng, b"", False, False
        self.listener, self.small = listeners[min(2, rng.randrange(6))]
        self.peer = Peer(tap, rng, sport, self.listener.getsockname()[1], say)
        self.lazy = rng.random() < .3               # the reader comes seldom, so windows close
        self.odd = rng.choice((0, .1, .3, .6))      # how often a segment is more than a piece of data
        self.reach = rng.choice((30, 100, 400)) if not self.small or rng.random() < .5 else 3000
        self.longest = rng.choice((1, 4, 20, 60)) if self.reach < 3000 else rng.choice((200, 1000))
        self.crossing = rng.random() < .02          # segments may cross the end of the window
        self.top = 0

    def run(self):
        before = pruned() if self.small else ""
        self.peer.connect()
        if not self.peer.established or not self.accept():
            return
        self.socket.setblocking(False)
        for _ in range(self.rng.randrange(2, 26)):
            if self.peer.closed:
                break
            self.step()
            if not self.lazy or self.rng.random() < .1:
                self.read()
        if self.rng.random() < .8:
            self.complete()
        self.read()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        self.peer.hear()
        self.short = self.small and pruned() != before

    def accept(self):
        """False: there is no connection.  A SYN after a reset may have opened one for a case that is over."""
        while True:
            try:
                self.socket, (_, port) = self.listener.accept()
            except BlockingIOError:
                return False
            if port == self.peer.sport:
                return True
            self.socket.close()

    def read(self):
        while not self.over:
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            self.over = not data
            self.got += data
            if self.peer.say:
                print(f"  read {data[:80]!r}")
        self.peer.hear()

    def step(self):
        rng, peer = self.rng, self.peer
        peer.clock = (peer.clock + rng.choice((0, 1, 10))) & M32
        if rng.random() < self.odd:
            rng.choice(ODDITIES)(self)
        elif rng.random() < .06:
            self.answer()
        else:
            self.data()

    def answer(self):
        """The server says something, so that there is something to acknowledge."""
        self.peer.tap.now += 10000
        try:
            self.socket.send(bytes(self.rng.randrange(1, 200)))
        except OSError:
            pass
        self.peer.hear()

    def place(self):
        """Where a piece goes: most of the time about the next octet that the kernel waits for."""
        rng, at = self.rng, self.peer.taken
        r = rng.random()
        if r < .3:
            return at
        if r < .9:
            return at + rng.randrange(-min(self.reach // 4, 40), self.reach)
        return self.top

    def data(self, flags=ACK, offset=None, **more):
        rng = self.rng
        offset = self.place() if offset is None else offset
        while offset - 1 in self.peer.fins:         # Linux joins that to the FIN, and reads it an octet too early
            offset += 1
        n, room = rng.randrange(1, self.longest + 1), self.peer.edge - offset
        if 0 < room < n and not self.crossing:
            n = room                                # what crosses the window's end is rare: see crossing
        data = self.peer.octets(n)
        self.top = max(self.top, min(offset + len(data), self.peer.taken + 3000))
        self.peer.post(offset, flags | (PSH if rng.random() < .5 else 0), data, **more)
        if rng.random() < .1:
            self.peer.post(offset, flags, data, **more)

    # What more there can be.

    def bad_sum(self):
        self.data(bad_sum=self.rng.randrange(1, 0xffff))

    def no_ack(self):
        self.data(flags=self.rng.choice((0, PSH, URG | PSH, ECE | CWR)))

    def old_stamp(self):
        self.data(back=self.rng.choice((1, 2, 5, 100, 1 << 20, 1 << 31)))

    def no_stamp(self):
        self.data(options=self.rng.choice((b"", b"\x01" * 8, b"\x08\x04\x01\x01", b"\xfd\x04\x00\x00")))

    def strange_ack(self):
        rng, peer = self.rng, self.peer
        self.data(ack=rng.choice((peer.kernel_next + rng.randrange(1, 100), peer.kernel_next + (1 << 20), peer.kernel_isn + 1,
                                  peer.kernel_isn, peer.kernel_next - rng.randrange(1, 300), rng.getrandbits(32))) & M32)

    def bare_ack(self):
        rng, peer = self.rng, self.peer
        peer.post(peer.taken, ACK, ack=rng.choice((peer.kernel_next, peer.kernel_isn + 1, peer.kernel_next + 50,
                                                   rng.getrandbits(32))), window=rng.choice((0, 100, 512, 65535)))

    def beyond(self):
        rng, edge = self.rng, self.peer.edge
        self.data(offset=edge + rng.choice((rng.randrange(-60, 60), -1, 0, 1, 70000, 1 << 20)))

    def fill_window(self):
        peer = self.peer
        if self.small:
            while self.rng.random() < .9 and peer.edge > peer.taken:
                n = min(peer.edge - peer.taken, 700) + (10 if self.crossing else 0)
                peer.post(peer.taken, ACK, peer.octets(n))
                self.top = max(self.top, peer.taken)
                if self.rng.random() < .1:
                    self.read()

    def probe(self):
        self.data(offset=self.peer.taken - self.rng.randrange(2))

    def reset(self):
        rng, peer = self.rng, self.peer
        if rng.random() < .6:
            at = peer.taken + rng.choice((-200, -1, 1, 5, 20, 1000, peer.edge - peer.taken, 1 << 20, 1 << 30))
        else:
            at = peer.taken if rng.random() < .1 else peer.taken + rng.randrange(1, 30)
        peer.post(at, RST | rng.choice((0, ACK)), peer.octets(rng.randrange(3)), bad_sum=rng.choice((0, 0, 0, 9)))

    def syn(self):
        rng, peer = self.rng, self.peer
        peer.post(rng.choice((-1, peer.taken, peer.taken + 10, rng.getrandbits(32))), SYN | rng.choice((0, 0, ACK)),
                  peer.octets(rng.choice((0, 0, 5))))

    def fin(self):
        rng = self.rng
        if rng.random() < .5:
            self.data(flags=ACK | FIN, back=rng.choice((0, 0, 0, 50)))
        else:
            self.peer.post(self.place(), rng.choice((FIN | ACK, FIN | ACK, FIN)))

    def urgent(self):
        """A reader that is slow loses the older of two marks; nothing on the wire tells, so readers are quick here."""
        rng, self.crossing, self.lazy = self.rng, False, False
        self.read()
        offset = self.place()
        if offset >= self.peer.edge:
            return
        self.data(flags=ACK | URG, offset=offset, urgent=rng.choice((0, 1, 2, rng.randrange(1, 40), 65535)))

    def strange_flags(self):
        self.data(flags=ACK | self.rng.choice((PSH | ECE, CWR, ECE | CWR, PSH | CWR)), urgent=self.rng.choice((0, 3)))

    def complete(self):
        """Sends what is still missing, in order, and the end."""
        rng, peer = self.rng, self.peer
        for _ in range(20):
            if peer.closed or peer.taken >= self.top + 5 or self.over:
                break
            self.read()
            n = min(max(1, peer.edge - peer.taken), 1000, rng.choice((3, 20, 200, 1000)))
            before = peer.taken
            peer.post(peer.taken, ACK | PSH, peer.octets(n), ack=peer.kernel_next)
            if peer.taken == before:                # the acknowledgement is delayed: a keep-alive calls it
                peer.post(peer.taken - 1, ACK, b"?")
        if rng.random() < .7:
            peer.post(peer.taken, FIN | ACK)


ODDITIES = (Case.bad_sum, Case.no_ack, Case.old_stamp, Case.no_stamp, Case.strange_ack, Case.bare_ack, Case.beyond,
            Case.fill_window, Case.probe, Case.reset, Case.syn, Case.fin, Case.urgent, Case.strange_flags)


def pruned():
    """How often the kernel had to throw away what it held, for want of a receive buffer."""
    with open("/proc/net/netstat") as f:
        names, values = f.readline().split(), f.readline().split()
    return [v for n, v in zip(names, values) if n in ("PruneCalled", "RcvPruned", "OfoPruned", "TCPRcvQDrop", "TCPOFODrop")]


def listen():
    for port, octets in SOCKETS:
        s = socket.socket()
        if octets:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)
        s.bind(("192.0.2.1", port))
        s.listen(16)
        s.setblocking(False)
        yield s, bool(octets)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("cases", type=int)
    ap.add_argument("seed", type=int)
    ap.add_argument("folder")
    ap.add_argument("--only", type=int, help="this case alone, with its trace")
    args = ap.parse_args()
    if not 0 < args.cases <= 60000:
        sys.exit("kernel.py: 1 to 60000 cases a run: each takes a port")
    tap = Tap(os.path.join(args.folder, "wire.pcap"))
    listeners = list(listen())
    with open(os.path.join(args.folder, "read.txt"), "w") as out:
        for n in range(args.cases) if args.only is None else [args.only]:
            case = Case(tap, listeners, random.Random(args.seed << 20 | n), 2000 + n, args.only is not None)
            case.run()
            out.write(f"{2000 + n} {case.got.hex()} {'short' if case.short else ''}\n")
    tap.pcap.close()


if __name__ == "__main__":
    main()
