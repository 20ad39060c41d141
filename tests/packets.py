"""packets.py - captures of conversations that never took place: packets of TCP, made one by one.

`Capture.session` plays a whole dialogue; `Talk` is for those where packets matter: every segment, wait, repetition and end is
said for itself.  Nothing here is sent anywhere."""
import struct

NOON = 1769860800.0  # 2026-01-31T12:00:00Z
FIN, SYN, RST, PSH, ACK, ECE, CWR = 1, 2, 4, 8, 16, 64, 128
CLIENT, SERVER = 0, 1


def octets(ip):
    if ":" not in ip:
        return bytes(int(x) for x in ip.split("."))
    head, _, tail = ip.partition("::")
    head, tail = [[int(x, 16) for x in part.split(":") if x] for part in (head, tail)]
    return b"".join(struct.pack(">H", x) for x in head + [0] * (8 - len(head) - len(tail)) + tail)


class Capture:
    """Packets of whole sessions, sorted by time at the end."""

    def __init__(self):
        self.packets, self.port, self.ident = [], 40000, 0

    def put(self, when, src, dst, protocol, content, ttl=64):
        self.ident += 1
        if ":" in src:
            ip = struct.pack(">IHBB", 6 << 28, len(content), protocol, ttl) + octets(src) + octets(dst)
        else:
            ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(content), self.ident & 0xFFFF, 0, ttl, protocol, 0) + octets(src) + octets(dst)
        self.packets.append((when, ip + content))

    def packet(self, when, src, dst, sport, dport, seq, ack, flags, data=b"", window=65000, options=b"", ttl=64):
        tcp = struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, (5 + len(options) // 4) << 4, flags, window, 0, 0)
        self.put(when, src, dst, 6, tcp + options + data, ttl)

    def session(self, at, client, server, lines, port=25, step=0.01):
        """`lines`: "C: text" and "S: text" by turns; "RST" resets the connection, from the client's side."""
        t = Talk(self, at, client, server, port, step / 2)
        t.open()
        for line in lines:
            t.wait(step)
            if line == "RST":
                t.reset(CLIENT)
                return
            t.say(CLIENT if line[0] == "C" else SERVER, line[3:])
        t.wait(step)
        t.close(CLIENT)

    def write(self, path):
        with open(path, "wb") as f:
            f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
            for when, data in sorted(self.packets, key=lambda p: p[0]):
                us = round(when * 1e6)
                f.write(struct.pack("<IIII", us // 1000000, us % 1000000, len(data), len(data)) + data)


class Talk:
    """One connection, packet by packet.  `trip`: seconds from one end to the other and back."""

    def __init__(self, capture, at, client, server, port=25, trip=0.005):
        capture.port += 1
        self.capture, self.now, self.trip = capture, NOON + at, trip
        self.ends = (client, capture.port), (server, port)
        self.next = [1000, 5000]        # sequence number of what each side sends next
        self.acked = [1000, 5000]       # of what was acknowledged to it
        self.window, self.ttl = [65000, 65000], [64, 64]

    def wait(self, seconds):
        self.now += seconds
        return self

    def segment(self, side, flags, data=b"", seq=None, **more):
        (src, sport), (dst, dport) = self.ends[side], self.ends[1 - side]
        seq = self.next[side] if seq is None else seq
        if flags & ACK:
            self.acked[1 - side] = more.get("ack", self.next[1 - side])
        more.setdefault("window", self.window[side])
        more.setdefault("ttl", self.ttl[side])
        ack = more.pop("ack", self.next[1 - side] if flags & ACK else 0)
        self.capture.packet(self.now, src, dst, sport, dport, seq, ack, flags, data, **more)
        self.next[side] = max(self.next[side], seq + len(data) + bool(flags & (SYN | FIN)))
        return self

    def syn(self, flags=0, **more):
        return self.segment(CLIENT, SYN | flags, seq=1000, **more)

    def open(self, **more):
        self.syn(**more)
        self.wait(self.trip / 2).segment(SERVER, SYN | ACK, **more)
        return self.wait(self.trip / 2).segment(CLIENT, ACK)

    def ack(self, side):
        return self.segment(side, ACK)

    def send(self, side, data):
        """Not acknowledged."""
        return self.segment(side, PSH | ACK, data)

    def say(self, side, *lines):
        """Each line a segment, acknowledged half a trip later."""
        for line in lines:
            self.send(side, (line + "\r\n").encode())
            self.wait(self.trip).ack(1 - side)
        return self

    def c(self, *lines):
        return self.say(CLIENT, *lines)

    def s(self, *lines):
        return self.say(SERVER, *lines)

    def talk(self, lines):
        """A dialogue in one string: "C: ...", "S: ...", or a number of seconds to wait, a line each."""
        for line in lines.strip().splitlines():
            line = line.strip()
            if line[:2] in ("C:", "S:"):
                self.wait(self.trip).say(CLIENT if line[0] == "C" else SERVER, line[3:])
            else:
                self.wait(float(line))
        return self

    def again(self, side, octets, back=None):
        """The last `back` octets once more, of them so many."""
        seq = self.next[side] - (octets if back is None else back)
        return self.segment(side, PSH | ACK, b"x" * octets, seq=seq)

    def reset(self, side, **more):
        return self.segment(side, RST | ACK, **more)

    def close(self, side):
        self.segment(side, FIN | ACK)
        self.wait(self.trip).segment(1 - side, FIN | ACK)
        return self.wait(self.trip).ack(side)

    def icmp(self, source, kind, code, about, mtu=0, octets_lost=0):
        """An ICMP error of `source` to `about`, quoting its latest segment."""
        (src, sport), (dst, dport) = self.ends[about], self.ends[1 - about]
        seq = self.next[about] - octets_lost
        inner = struct.pack(">BBHHHBBH", 0x45, 0, 40 + octets_lost, 0, 0, 60, 6, 0) + octets(src) + octets(dst)
        inner += struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, 0, 5 << 4, ACK, 0, 0, 0)
        self.capture.put(self.now, source, src, 1, struct.pack(">BBHHH", kind, code, 0, 0, mtu) + inner)
        return self
