#!/usr/bin/env python3
"""sensors.py - several sensors, each of whom sees some of the connections, find together what one finds that sees all:
sensors.py PROGRAM [NAME]

The captures of abuse_scenes*.py are split by connection among two and among three sensors.  The program is given all of their
captures at once and merges them by time, so what it tells are the same octets.  With NAME, only scenes whose name holds it."""
import concurrent.futures
import os
import struct
import sys
import tempfile
import zlib

import abuse


def connection(packet):
    """Of both directions the same; what is no TCP belongs to the first sensor."""
    size, at, protocol = ((packet[0] & 15) * 4, 12, packet[9]) if packet[0] >> 4 == 4 else (40, 8, packet[6])
    if protocol != 6:
        return b""
    width = (size - at) // 2 if packet[0] >> 4 == 6 else 4
    ends = [packet[at + i * width:at + (i + 1) * width] + packet[size + 2 * i:size + 2 * i + 2] for i in (0, 1)]
    return b"".join(sorted(ends))


def split(packets, sensors):
    """Packets by sensor, in the order of time."""
    parts = [[] for _ in range(sensors)]
    for when, packet in sorted(packets, key=lambda p: p[0]):
        parts[zlib.crc32(connection(packet)) % sensors if connection(packet) else 0].append((when, packet))
    return parts


def write(packets, path):
    capture = abuse.Torn()
    capture.packets = packets
    capture.write(path)


def apart(packets):
    """No two packets of one microsecond: which came first is known by one sensor alone."""
    last, rows = 0, []
    for when, packet in sorted(packets, key=lambda p: p[0]):
        last = max(last + 1, round(when * 1e6))
        rows.append((last / 1e6, packet))
    return rows


def told(program, paths, options):
    events = abuse.read(abuse.log(program, paths[0], *[w for p in paths[1:] for w in ("-r", p)], *options))
    return [e for e in events if e["event"] in ("finding", "session", "transaction")]


def play(program, scene):
    capture, wrong = abuse.Torn(cut=1400), []
    scene.play(capture)
    packets = apart(capture.packets)
    with tempfile.TemporaryDirectory() as work:
        paths = [os.path.join(work, f"{i}.pcap") for i in range(4)]
        write(packets, paths[0])
        whole, findings = told(program, paths[:1], scene.options), 0
        findings = sum(e["event"] == "finding" for e in whole)
        for sensors in (2, 3):
            for path, part in zip(paths[1:], split(packets, sensors)):
                write(part, path)
            if told(program, paths[1:1 + sensors], scene.options) != whole:
                wrong.append(f"{scene.name}: {sensors} sensors tell something else")
    return findings, wrong


def trial(i):
    return play(sys.argv[1], SCENES[i])


def main():
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(trial, range(len(SCENES)), chunksize=4))
    wrong = [fault for _, faults in rows for fault in faults]
    print("\n".join(wrong))
    print(f"sensors: {len(SCENES)} scenes, {sum(n for n, _ in rows)} findings, {len(wrong)} wrong")
    return 1 if wrong or not SCENES else 0


if __name__ == "__main__":
    SCENES = [s for s in abuse.all_scenes() if len(sys.argv) < 3 or sys.argv[2] in s.name]
    sys.exit(main())
