#!/usr/bin/env python3
"""Compares what sockets read with what was delivered: compare.py READ DELIVERED DELIVERED_EAGER WIRE

Prints a line for each difference that is not explained, and last: cases, differences, and those explained by the
kernel's want of memory and by the shape of its tree."""
import struct
import sys


def load(path):
    with open(path) as f:
        return {w[0]: w[1:] for w in ((line.rstrip("\n") + "  ").split(" ") for line in f)}


def segments(path, port):
    """What the client of `port` sent, in order: offset in its stream (before any urgent octet was taken out), octets."""
    found, base = [], None
    with open(path, "rb") as f:
        f.seek(24)
        while head := f.read(16):
            packet = f.read(struct.unpack("<8xI4x", head)[0])
            source, seq, off, flags = struct.unpack(">H2xI4xBB", packet[20:34])
            if source != port:
                continue
            if base is None:
                base = seq + 1
                continue
            at = (seq - base + (1 << 31) & 0xffffffff) - (1 << 31)
            if flags & 16 and not flags & 6:
                found.append((at, packet[20 + (off >> 4) * 4:]))
    return found


def joins(sent):
    """Segments that may have become part of their left neighbour or not: they begin where one ended that was sent before,
    and where another that was sent before had begun already.  The kernel's tree decides which of the two is met first."""
    for i, (at, octets) in enumerate(sent):
        ends = any(a + len(o) == at for a, o in sent[:i])
        if ends and any(a <= at < a + len(o) for a, o in sent[:i]):
            yield at, octets


def explained(want, got, eager, path, port):
    """Every octet that differs is what the other way of joining segments gives; or both ways occur in one connection, and
    the octets come from a segment that may be joined."""
    if len(want) != len(got):
        return False
    differ = [n for n in range(0, len(want), 2) if want[n:n + 2] != got[n:n + 2]]
    if len(want) == len(eager) and all(want[n:n + 2] == eager[n:n + 2] for n in differ):
        return True
    sent = segments(path, port)
    unsure = list(joins(sent))

    def from_unsure(n, octet):
        return any(at <= n < at + len(octets) and octets[n - at] == octet for at, octets in unsure)
    return all(from_unsure(n // 2, int(want[n:n + 2], 16)) or from_unsure(n // 2, int(got[n:n + 2], 16)) for n in differ)


def main():
    read, ours, other = load(sys.argv[1]), load(sys.argv[2]), load(sys.argv[3])
    bad = short = tree = 0
    for port, (want, mark, *_) in read.items():
        got, eager = ours.get(port, ["?"])[0], other.get(port, ["?"])[0]
        if got == want:
            continue
        if mark:
            short += 1
        elif explained(want, got, eager, sys.argv[4], int(port)):
            tree += 1
        else:
            bad += 1
            n = 0
            while got[n:n + 2] == want[n:n + 2]:
                n += 2
            print(f"case {int(port) - 2000}: from octet {n // 2}: read {want[n:n + 40] or 'no more'},"
                  f" delivered {got[n:n + 40] or 'no more'}")
    print(f"{len(read)} {bad} {short} {tree}")
    return bad != 0


sys.exit(main())
