#!/usr/bin/env python3
"""What is said inside TLS when records were damaged on their way: tests/tls_damage.py PROGRAM CAPTURE KEYS

The packets of a capture with one connection are put on made-up segments again, and each one that carries protected text is
flipped in one bit, left out, sent twice in the stream, put behind the next one of its side, or cut short.  Whatever is done:
no command or reply is told that was not said, no recipient is accepted who was not, and that something is wrong is said.
"""
import json
import struct
import subprocess
import sys
import tempfile

ETHERNET, FIN, SYN, PUSH, ACK = 14, 1, 2, 8, 16
APPLICATION_DATA = 23


def packets(path):
    data = open(path, "rb").read()
    at = 24
    while at < len(data):
        seconds, micro, caught, _ = struct.unpack_from("<IIII", data, at)
        yield seconds, micro, data[at + 16:at + 16 + caught]
        at += 16 + caught


def payloads(path):
    """Address and port of client and server, and what they said in order: (client or not, octets)."""
    ends, said, expected = None, [], {}
    for _, _, frame in packets(path):
        ip = frame[ETHERNET:]
        head, whole = (ip[0] & 15) * 4, struct.unpack_from(">H", ip, 2)[0]
        tcp = ip[head:whole]
        source, target = (ip[12:16], tcp[:2]), (ip[16:20], tcp[2:4])
        ends = ends or (source, target)
        octets = tcp[(tcp[12] >> 4) * 4:]
        sequence = struct.unpack_from(">I", tcp, 4)[0]
        if octets and sequence == expected.get(source, sequence):  # a repetition would be a second copy here
            said.append((source == ends[0], octets))
            expected[source] = (sequence + len(octets)) & 0xffffffff
    return ends, said


def checksum(octets):
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(">%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(source, target, sequence, acknowledged, flags, octets):
    tcp = bytearray(source[1] + target[1] + struct.pack(">IIBBHHH", sequence, acknowledged, 5 << 4, flags, 65000, 0, 0) + octets)
    pseudo = source[0] + target[0] + struct.pack(">BBH", 0, 6, len(tcp))
    struct.pack_into(">H", tcp, 16, checksum(pseudo + bytes(tcp)))
    ip = bytearray(struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + source[0] + target[0])
    struct.pack_into(">H", ip, 10, checksum(bytes(ip)))
    return bytes(12) + b"\x08\x00" + bytes(ip) + bytes(tcp)


def write(path, ends, said):
    """`said`: (client or not, octets, captured or not)."""
    frames, sent = [], {True: 1000, False: 5000}

    def send(client, flags, octets=b"", captured=True):
        source, target = ends if client else ends[::-1]
        acknowledged = sent[not client] if flags & ACK else 0
        if captured:
            frames.append(segment(source, target, sent[client], acknowledged, flags, octets))
        sent[client] += len(octets) + (1 if flags & (SYN | FIN) else 0)

    send(True, SYN)
    send(False, SYN | ACK)
    send(True, ACK)
    for client, octets, captured in said:
        send(client, ACK | PUSH, octets, captured)
        send(not client, ACK)
    for client in (True, False):
        send(client, ACK | FIN)
    send(True, ACK)
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            f.write(struct.pack("<IIII", 1700000000, 1000 * i, len(frame), len(frame)) + frame)


def damages(said):
    """A name, and the row of payloads with that damage, for each of them that carries protected text."""
    whole = [(client, octets, True) for client, octets in said]
    for i, (client, octets) in enumerate(said):
        if octets[0] != APPLICATION_DATA:
            continue
        before, behind = whole[:i], whole[i + 1:]
        for at in (5, len(octets) // 2, len(octets) - 1):
            flipped = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:]
            yield "packet %d flipped at %d" % (i, at), before + [(client, flipped, True)] + behind
        yield "packet %d missing" % i, before + [(client, octets, False)] + behind
        yield "packet %d twice" % i, before + [whole[i], whole[i]] + behind
        if any(p[0] == client for p in behind):  # what breaks off at the end of all was not said
            yield "packet %d cut" % i, before + [(client, octets[:-1], True)] + behind
        later = next((k for k, p in enumerate(behind) if p[0] == client and p[1][0] == APPLICATION_DATA), None)
        if later is not None:
            yield "packet %d late" % i, before + behind[:later + 1] + [whole[i]] + behind[later + 1:]
        early = next((p for p in whole[:i] if p[0] != client and p[1][0] == APPLICATION_DATA), None)
        if early:
            yield "packet %d sent back" % i, before + [(client, early[1], True)] + behind


def events(program, capture, keys):
    run = subprocess.run([program, "log", "-q", "-e", "exchange,delivery,session,tls", "-r", capture, "-k", keys],
                         capture_output=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def asked(events):
    """A command that is known by its reply only has no argument."""
    return {(e["verb"], e["argument"]) for e in events if e["event"] == "exchange" and "argument" in e}


def replied(events):
    return {(e["code"], tuple(e["text"])) for e in events if e["event"] == "exchange" and "code" in e}


def accepted(events):
    return sorted(e["rcpt_to"] for e in events if e["event"] == "delivery" and e["outcome"] == "accepted")


def wrong(events, truth):
    """What is not right with them, in words; nothing when all is."""
    session = next((e for e in events if e["event"] == "session"), {})
    said = "tls_bad_record" in session.get("quirks", []) or "gap_octets" in session.get("evidence", {}) \
        or "unopened" in session.get("tls", {})
    if asked(events) - asked(truth):
        return "commands that nobody gave: %s" % (asked(events) - asked(truth))
    if replied(events) - replied(truth):
        return "replies that nobody gave: %s" % (replied(events) - replied(truth))
    if [a for a in accepted(events) if a not in accepted(truth)]:
        return "accepted, and was not"
    return None if said else "nothing is said"


def main():
    program, capture, keys = sys.argv[1:]
    ends, said = payloads(capture)
    failed = count = 0
    with tempfile.NamedTemporaryFile(suffix=".pcap") as f:
        write(f.name, ends, [(client, octets, True) for client, octets in said])
        truth = events(program, f.name, keys)
        if not any(e.get("decrypted") for e in truth):
            sys.exit("tls_damage: %s is not opened" % capture)
        for name, row in damages(said):
            write(f.name, ends, row)
            count += 1
            why = wrong(events(program, f.name, keys), truth)
            failed += why is not None
            if why:
                print("tls_damage: %s: %s: %s" % (capture, name, why))
    print("tls_damage: %s: %d damages, %d not told right" % (capture, count, failed))
    sys.exit(failed != 0)


main()
