#!/usr/bin/env python3
"""A capture that holds every packet twice, as a mirror of both ports of a path does, tells what it tells once:
tests/copies.py PROGRAM CAPTURE...

Each packet of a capture is put behind itself once more.  Events must be the same but for what counts packets and
octets; copies must be noticed, and told."""
import json, os, struct, subprocess, sys, tempfile

COUNTING = {'frames', 'packets', 'octets', 'gap_octets', 'memory_octets', 'seq', 'evidence', 'story'}


def strip(value):
    if isinstance(value, dict) and value.get('event') == 'diagnosis':  # its words hold numbers of packets
        value = {k: v for k, v in value.items() if k not in ('text', 'observed')}
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in COUNTING}
    if isinstance(value, list):
        return [strip(v) for v in value if not (isinstance(v, str) and v.startswith('tcp_'))]
    return value


def twice(data):
    """The capture with each packet twice, or None: not pcap or pcapng, or cut short."""
    order = {b'\xd4\xc3\xb2\xa1': '<', b'\x4d\x3c\xb2\xa1': '<', b'\xa1\xb2\xc3\xd4': '>',
             b'\xa1\xb2\x3c\x4d': '>'}.get(data[:4])
    ng = data[:4] == b'\x0a\x0d\x0d\x0a'
    if ng:
        order = '<' if data[8:12] == b'\x4d\x3c\x2b\x1a' else '>'
    if not order:
        return None
    at, out = 0 if ng else 24, [b'' if ng else data[:24]]
    while at < len(data):
        if len(data) - at < (12 if ng else 16):
            return None
        kind, size = struct.unpack_from(order + 'II', data, at) if ng else (6, 16 + struct.unpack_from(
            order + 'I', data, at + 8)[0])
        if size < 12 or size > len(data) - at:
            return None
        out.append(data[at:at + size] * (2 if kind in (2, 3, 6) else 1))
        at += size
    return b''.join(out)


def read(program, *args):
    run = subprocess.run([program, 'log', '-e', 'all', *args], capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in run.stdout.splitlines()], run.stderr


def judge(program, path, work):
    """What is wrong, or None."""
    double = twice(open(path, 'rb').read())
    if double is None:
        return None
    with open(work, 'wb') as f:
        f.write(double)
    once, _ = read(program, '-r', path)
    again, said = read(program, '-r', work)
    if not once:
        return None
    for a, b in zip(once, again):
        if strip(a) != strip(b):
            return f'differs: {json.dumps(strip(a))[:700]} and {json.dumps(strip(b))[:700]}'
    if len(once) != len(again):
        return f'{len(once)} events once, {len(again)} twice'
    stats, before = again[-1], once[-1].get('packets', {}).get('copies', 0)
    followed = sum(e['packets']['client'] + e['packets']['server'] for e in once if e['event'] == 'session')
    copies = stats['packets'].get('copies', 0) - before
    if followed > 20 and (copies < followed * 0.8 or 'are copies' not in said):
        return f'{copies} copies noticed of {followed} packets; {said[:200]}'
    return None


def main():
    program, wrong = sys.argv[1], 0
    with tempfile.TemporaryDirectory() as work:
        for path in sys.argv[2:]:
            why = judge(program, path, os.path.join(work, 'twice'))
            if why:
                wrong += 1
                print(f'FAIL copies: {path}: {why}')
    print(f'copies: {len(sys.argv) - 2 - wrong} passed, {wrong} failed')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
