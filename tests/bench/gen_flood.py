#!/usr/bin/env python3
"""gen_flood.py KIND COUNT FILE - captures of very many connections at once

syn       COUNT bare SYNs, each of another connection
half      COUNT connections whose SYN is answered, and no more
sessions  COUNT SMTP sessions that are all open at once, up to an accepted RCPT; then they all end by QUIT
guarded   one session that is open through a flood of COUNT answered SYNs, and ends well behind it

Raw IPv4, checksums left to the network card, ten microseconds a packet.
"""
import struct
import sys

SERVER = bytes((192, 0, 2, 25))
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
OFFER = b"\x02\x04\x05\xb4\x01\x03\x03\x07\x04\x02\x01\x01"
MAIL = ((1, b"220 mx.example.org ESMTP\r\n"), (0, b"EHLO client.example.net\r\n"), (1, b"250 mx.example.org\r\n"),
        (0, b"MAIL FROM:<a@example.net>\r\n"), (1, b"250 ok\r\n"), (0, b"RCPT TO:<b@example.org>\r\n"), (1, b"250 ok\r\n"))
QUIT = ((0, b"QUIT\r\n"), (1, b"221 bye\r\n"))


class Capture:
    def __init__(self, path):
        self.out = open(path, "wb", buffering=1 << 20)
        self.out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        self.now = 1769860800 * 1000000

    def put(self, n, down, flags, seq, ack, data=b"", options=b""):
        """A packet of connection `n`, `down` from the server."""
        client, port = struct.pack(">I", 0xc6336400 + n // 50000), struct.pack(">H", 1024 + n % 50000)
        size = 40 + len(options) + len(data)
        self.now += 10
        self.out.write(struct.pack("<IIII", self.now // 1000000, self.now % 1000000, size, size) +
                       struct.pack(">BBHHHBBH", 0x45, 0, size, n & 0xffff, 0x4000, 60, 6, 0) +
                       (SERVER + client + b"\0\x19" + port if down else client + SERVER + port + b"\0\x19") +
                       struct.pack(">IIBBHHH", seq & 0xffffffff, ack & 0xffffffff, (20 + len(options)) << 2, flags, 64000, 0, 0) +
                       options + data)


class Connection:
    def __init__(self, capture, n):
        self.capture, self.n, self.next = capture, n, [n * 2654435761 & 0xffffffff, n * 40503 & 0xffffffff]

    def syn(self):
        self.capture.put(self.n, 0, SYN, self.next[0], 0, options=OFFER)
        self.next[0] += 1

    def answer(self):
        self.capture.put(self.n, 1, SYN | ACK, self.next[1], self.next[0], options=OFFER)
        self.next[1] += 1

    def say(self, down, data, flags=ACK | PSH):
        self.capture.put(self.n, down, flags, self.next[down], self.next[1 - down], data)
        self.next[down] += len(data) + (flags & FIN)

    def open(self, turns):
        self.syn()
        self.answer()
        self.say(0, b"", ACK)
        for down, data in turns:
            self.say(down, data)

    def close(self):
        for down, data in QUIT:
            self.say(down, data)
        self.say(0, b"", ACK | FIN)
        self.say(1, b"", ACK | FIN)


def main():
    kind, count, capture = sys.argv[1], int(sys.argv[2]), Capture(sys.argv[3])
    kept = [Connection(capture, n) for n in range(count if kind == "sessions" else kind == "guarded")]
    for c in kept:
        c.open(MAIL)
    for n in range(count if kind != "sessions" else 0):
        c = Connection(capture, n + 1)
        c.syn()
        if kind != "syn":
            c.answer()
    for c in kept:
        c.close()


main()
