#!/usr/bin/env python3
"""merge.py LIST DIR OUT.pcap - one capture of many, as if they had been taken one after another on one wire.

LIST has lines `SECONDS NAME`: DIR/NAME.pcap begins that long after the one before it began; `#` opens a comment, and
a line `start ISO-TIME` sets the first packet's time.  Frames are Ethernet and IPv4 or IPv6 with TCP; a connection
whose end points have been used before gets another client port, and its checksums are corrected for it.

Beside OUT.pcap: OUT.truth.json (what the servers' logs know, together) and OUT.keys (TLS key logs, together).
"""
import datetime
import json
import os
import struct
import sys

MAIL_PORTS = (25, 465, 587, 2525)
MICRO, NANO = 0xA1B2C3D4, 0xA1B23C4D


def frames(path):
    """Time in microseconds, original length, and octets of each frame of a classic pcap file."""
    with open(path, "rb") as f:
        data = f.read()
    order = next((o for o in "<>" if struct.unpack(o + "I", data[:4])[0] in (MICRO, NANO)), None)
    if order is None or struct.unpack(order + "I", data[20:24])[0] != 1:
        raise ValueError(f"{path}: no pcap file of Ethernet frames")
    scale = 1000 if struct.unpack(order + "I", data[:4])[0] == NANO else 1
    at = 24
    while at + 16 <= len(data):
        seconds, part, length, original = struct.unpack(order + "IIII", data[at:at + 16])
        yield seconds * 1000000 + part // scale, original, bytearray(data[at + 16:at + 16 + length])
        at += 16 + length


def tcp_at(frame):
    """Where source address, and TCP header begin; None when there is no TCP."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and frame[23] == 6:
        return frame[26:30], frame[30:34], 14 + (frame[14] & 15) * 4
    if kind == b"\x86\xdd" and frame[20] == 6:
        return frame[22:38], frame[38:54], 54
    return None


class Ports:
    """Gives a connection whose end points were used in an earlier capture a client port of its own."""

    def __init__(self):
        self.used, self.next = set(), 41000

    def begin(self):
        self.here = {}

    def port(self, client, port, server, service):
        key = (bytes(client), port, bytes(server), service)
        if key not in self.here:
            new = port
            while (key[0], new, key[2], service) in self.used:
                self.next += 7
                new = self.next
            self.used.add((key[0], new, key[2], service))
            self.here[key] = new
        return self.here[key]


def rename(frame, ports):
    where = tcp_at(frame)
    if where is None:
        return
    source, target, tcp = where
    sport, dport = struct.unpack("!HH", frame[tcp:tcp + 4])
    if dport in MAIL_PORTS:
        at, old, new = tcp, sport, ports.port(source, sport, target, dport)
    elif sport in MAIL_PORTS:
        at, old, new = tcp + 2, dport, ports.port(target, dport, source, sport)
    else:
        return
    frame[at:at + 2] = struct.pack("!H", new)
    total = (~struct.unpack("!H", frame[tcp + 16:tcp + 18])[0] & 0xFFFF) + (~old & 0xFFFF) + new      # RFC 1624
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    frame[tcp + 16:tcp + 18] = struct.pack("!H", ~total & 0xFFFF)


def read_list(path):
    start, rows = 0, []
    with open(path) as f:
        for line in f:
            word = line.split("#")[0].split()
            if word and word[0] == "start":
                moment = datetime.datetime.fromisoformat(word[1]).replace(tzinfo=datetime.timezone.utc)
                start = int(moment.timestamp() * 1000000)
            elif word:
                rows.append((float(word[0]), word[1]))
    return start, rows


def merge_truth(rows, directory, base):
    whole = {"scenario": os.path.basename(base), "description": "merged: " + ", ".join(n for _, n in rows),
             "recipients": [], "sessions": [], "messages": [], "client_commands": [], "client_replies": [],
             "transcript": [], "logs": {}}
    keys = ""
    for _, name in rows:
        with open(f"{directory}/{name}.truth.json") as f:
            one = json.load(f)
        for part in ("recipients", "sessions", "messages", "client_replies"):
            whole[part] += one[part]
        if os.path.exists(f"{directory}/{name}.keys"):
            with open(f"{directory}/{name}.keys") as f:
                keys += f.read()
    with open(base + ".truth.json", "w") as f:
        json.dump(whole, f, indent=1)
        f.write("\n")
    if keys:
        with open(base + ".keys", "w") as f:
            f.write(keys)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    (now, rows), directory, out = read_list(sys.argv[1]), sys.argv[2], sys.argv[3]
    ports, packets = Ports(), []
    for gap, name in rows:
        now += int(gap * 1000000)
        ports.begin()
        first = None
        for when, original, frame in frames(f"{directory}/{name}.pcap"):
            first = when if first is None else first
            rename(frame, ports)
            packets.append((now + when - first, original, frame))
    packets.sort(key=lambda p: p[0])
    with open(out, "wb") as f:
        f.write(struct.pack("<IHHiIII", MICRO, 2, 4, 0, 0, 262144, 1))
        for when, original, frame in packets:
            f.write(struct.pack("<IIII", when // 1000000, when % 1000000, len(frame), original) + frame)
    merge_truth(rows, directory, out.removesuffix(".pcap"))


if __name__ == "__main__":
    main()
