#!/usr/bin/env python3
"""Compares what sockets read with what was delivered: compare.py READ DELIVERED WIRE REASSEMBLE

Prints a line for each difference that is not explained, and last: cases, differences, and those explained by the
kernel's want of memory, by the shape of its tree, and by other state that no packet shows."""
import itertools
import os
import struct
import subprocess
import sys

SETS = 4096     # of packets read otherwise, tried for a case


def load(path):
    with open(path) as f:
        return {w[0]: w[1:] for w in ((line.rstrip("\n") + "  ").split(" ") for line in f)}


class Wire:
    """What the client of `port` sent, in order: offset in its stream (before any urgent octet was taken out), octets; and
    which of it nobody can tell the fate of."""

    def __init__(self, path, port):
        self.sent, self.unsure, self.packets = [], [], []
        self.base, self.edge, self.scale, self.acked = None, None, 0, None
        with open(path, "rb") as f:
            self.head = f.read(24)
            while head := f.read(16):
                packet = f.read(struct.unpack("<8xI4x", head)[0])
                source, target, seq, ack, off, flags, window = struct.unpack(">HHIIBBH", packet[20:36])
                options, octets = packet[40:20 + (off >> 4) * 4], packet[20 + (off >> 4) * 4:]
                if port in (source, target):
                    self.packets.append(head + packet)
                if source == port:
                    self.client(seq, ack, flags, octets)
                elif target == port and self.base is not None:
                    self.kernel(ack, flags, window, options)

    def offset(self, seq):
        return (seq - self.base + (1 << 31) & 0xffffffff) - (1 << 31)

    def client(self, seq, ack, flags, octets):
        if self.base is None:
            self.base = seq + 1
            return
        at = self.offset(seq)
        crosses = self.edge is not None and at <= self.edge < at + len(octets)
        if not flags & 16 or flags & 6:
            return
        self.sent.append((len(self.packets), at, octets))
        ahead = (ack - self.acked + (1 << 31) & 0xffffffff) - (1 << 31) if self.acked is not None else 0
        if crosses or ahead < 0:
            self.unsure.append(self.sent[-1])
        if self.acked is None or 0 < ahead < 1 << 16:
            self.acked = ack

    def kernel(self, ack, flags, window, options):
        if flags & 2:
            while options and options[0] != 3:
                options = options[1 if options[0] == 1 else options[1]:]
            self.scale = options[2] if options else 0
        edge = self.offset(ack) + (window << (0 if flags & 2 else self.scale))
        if flags & 16 and (self.edge is None or edge > self.edge):
            self.edge = edge


def joins(sent):
    """Segments that may have become part of their left neighbour or not: they begin where one ended that was sent before.
    The kernel's tree decides whether that one is met, and octets that were covered since stay in it as they were."""
    for i, (_, at, octets) in enumerate(sent):
        if any(a + len(o) == at for _, a, o in sent[:i]):
            yield sent[i]


def found(ways, want, wire, tool, folder):
    """There is a set of `ways` in which, read so, exactly what the socket read is delivered.  The smallest sets first."""
    path = os.path.join(folder, "one.pcap")
    with open(path, "wb") as f:
        f.write(wire.head + b"".join(wire.packets))
    sets = itertools.chain.from_iterable(itertools.combinations(ways, n) for n in range(1, len(ways) + 1))
    for some in itertools.islice(sets, SETS):
        out = subprocess.run([tool, path, *some], stdout=subprocess.PIPE, check=True).stdout.decode()
        if out.rstrip("\n").partition(" ")[2] == want:
            return True
    return False


def explained(want, path, port, tool):
    """What explains that they differ, or None:

    tree   the shape of the kernel's tree of early segments: see joins()
    state  what no packet tells: whether the reader had read everything, which decides about a segment that crosses the
           window's end; or whether the kernel's short way was open, in which it does not look at an old acknowledgement"""
    wire, folder = Wire(path, port), os.path.dirname(path)
    tree = ["j%d" % n for n in dict.fromkeys(n for n, _, _ in joins(wire.sent))]
    state = [letter + str(n) for n, _, _ in wire.unsure for letter in "td"]
    if found(tree, want, wire, tool, folder):
        return "tree"
    return "state" if found(state + tree, want, wire, tool, folder) else None


def main():
    read, ours = load(sys.argv[1]), load(sys.argv[2])
    bad = short = 0
    known = {"tree": 0, "state": 0}
    for port, (want, mark, *_) in read.items():
        got = ours.get(port, ["?"])[0]
        if got == want:
            continue
        if mark:
            short += 1
            continue
        why = explained(want, sys.argv[3], int(port), sys.argv[4])
        if why:
            known[why] += 1
        else:
            bad += 1
            n = 0
            while got[n:n + 2] == want[n:n + 2]:
                n += 2
            print(f"case {int(port) - 2000}: from octet {n // 2}: read {want[n:n + 40] or 'no more'},"
                  f" delivered {got[n:n + 40] or 'no more'}")
    print(f"{len(read)} {bad} {short} {known['tree']} {known['state']}")
    return bad != 0


sys.exit(main())
