#!/usr/bin/env python3
"""Plants unique passwords in every AUTH mechanism and searches all that the program writes: secrets.py PROGRAM

A secret must appear in no output, neither in clear nor in any base64 or hexadecimal form it had on the wire, not even when
the server repeats it in its reply or the client sends it after AUTH was refused.
"""
import base64
import os
import struct
import subprocess
import sys
import tempfile


def b64(s):
    return base64.b64encode(s if isinstance(s, bytes) else s.encode()).decode()


class Dialogue:
    """One TCP connection; say() appends a segment that acknowledges all before it."""

    def __init__(self, port, client_port):
        self.packets, self.seq, self.ports = [], [1000, 5000], (client_port, port)
        self.t = 1_700_000_000_000_000 + client_port * 1_000_000
        self.raw(0, 2, b"")
        self.raw(1, 18, b"")
        self.raw(0, 16, b"")

    def raw(self, side, flags, data):
        src, dst = (b"\xc0\x00\x02\x0a", b"\xc0\x00\x02\x19")[:: 1 - 2 * side]
        sport, dport = self.ports[:: 1 - 2 * side]
        tcp = struct.pack(">HHIIBBHHH", sport, dport, self.seq[side], self.seq[1 - side] if flags & 16 else 0, 0x50,
                          flags, 65535, 0, 0) + data
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, src, dst) + tcp
        self.packets.append((self.t, b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip))
        self.seq[side] += len(data) + bool(flags & 3)
        self.t += 1000

    def say(self, lines):
        for line in lines:
            side = 0 if line[0] == "C" else 1
            self.raw(side, 24, line[2:].lstrip().encode() + b"\r\n")
        self.raw(1, 17, b"")
        self.raw(0, 17, b"")
        self.raw(1, 16, b"")
        return self.packets


def ntlm3(secret):
    body = secret.encode()
    head = b"NTLMSSP\0" + struct.pack("<I", 3)
    off = 64
    fields = struct.pack("<HHI", len(body), len(body), off + 10) * 2 + struct.pack("<HHI", 0, 0, off)
    fields += struct.pack("<HHI", 5, 5, off) + struct.pack("<HHI", 5, 5, off + 5) + struct.pack("<HHI", 0, 0, off)
    return head + fields + struct.pack("<I", 0) + b"aliceWKSTN" + body


def dialogues(secrets):
    hello = ["S: 220 mx.example.net ESMTP Postfix", "C: EHLO c.example.org", "S: 250-mx.example.net", "S: 250 AUTH PLAIN LOGIN"]
    end = ["C: QUIT", "S: 221 2.0.0 Bye"]
    n = 0

    def secret():
        nonlocal n
        n += 1
        word = f"Zq7Secret{n:02d}xW"
        secrets.append(word)
        return word

    def spent(*wire):
        secrets.extend(wire)
        return wire if len(wire) > 1 else wire[0]

    def add(*lines):
        out.append(hello + list(lines) + end)

    out = []
    for final in ("235 2.7.0 ok", "535 5.7.8 bad"):
        add("C: AUTH PLAIN " + spent(b64("\0alice@example.com\0" + secret())), "S: " + final)
        add("C: AUTH PLAIN", "S: 334 ", "C: " + spent(b64("\0alice\0" + secret())), "S: " + final)
        add("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + b64("alice"), "S: 334 UGFzc3dvcmQ6", "C: " + spent(b64(secret())), "S: " + final)
        add("C: AUTH LOGIN " + b64("alice"), "S: 334 UGFzc3dvcmQ6", "C: " + spent(b64(secret())), "S: " + final)
    digest = "5f4dcc3b5aa765d61d8327deb882cf99"
    add("C: AUTH CRAM-MD5", "S: 334 " + spent(b64("<123.Zq7chal@mx>")), "C: " + spent(b64("alice " + spent(digest))), "S: 235 ok")
    add("C: AUTH DIGEST-MD5", "S: 334 " + b64('realm="x",nonce="n"'),
        "C: " + spent(b64('username="alice",realm="x",response=' + spent("d41d8cd98f00b204e9800998ecf8427e"))), "S: 235 ok")
    add("C: AUTH NTLM " + b64(b"NTLMSSP\0\1\0\0\0"), "S: 334 " + b64(b"NTLMSSP\0\2\0\0\0abcdef"), "C: " + spent(b64(ntlm3(secret()))), "S: 235 ok")
    add("C: AUTH SCRAM-SHA-256 " + b64("n,,n=alice,r=abc"), "S: 334 " + b64("r=abcdef,s=AAAA,i=4096"),
        "C: " + spent(b64("c=biws,r=abcdef,p=" + secret())), "S: 235 ok")
    add("C: AUTH XOAUTH2 " + spent(b64("user=alice@example.com\1auth=Bearer " + secret() + "\1\1")), "S: 235 ok")
    add("C: AUTH OAUTHBEARER " + spent(b64("n,a=alice@example.com,\1auth=Bearer " + secret() + "\1\1")), "S: 235 ok")
    add("C: AUTH GSSAPI " + spent(b64(secret())), "S: 535 no")
    add("C: AUTH UNHEARD-OF " + spent(b64(secret())), "S: 504 no")
    add("C: X-EXPS LOGIN " + b64("alice"), "S: 334 UGFzc3dvcmQ6", "C: " + spent(b64(secret())), "S: 535 no")
    # The server repeats what it did not understand, whole or in quotes, and in upper case.
    word = spent(b64(secret()))
    add("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + b64("bob"), "S: 334 UGFzc3dvcmQ6", "C: " + word,
        'S: 501 5.5.2 Cannot decode "' + word + '" here')
    word = spent(b64(secret()))
    spent(word.upper())
    add("C: AUTH PLAIN " + word, "S: 500 5.5.1 unrecognized: AUTH PLAIN " + word.upper())
    # AUTH is refused while the rest of the dialogue is on its way already.
    word = spent(b64(secret()))
    spent(word.upper())
    add("C: AUTH LOGIN", "C: " + b64("carol"), "C: " + word, "S: 503 no AUTH here", "S: 500 what?", "S: 500 unknown " + word)
    plain = secret()
    add("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: carol", "S: 334 UGFzc3dvcmQ6", "C: " + plain, "S: 535 no")
    spent(plain.upper())
    return out


def capture(path, secrets):
    packets = []
    for i, lines in enumerate(dialogues(secrets)):
        packets += Dialogue(587 if i % 2 else 25, 40000 + i).say(lines)
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for t, data in packets:
            f.write(struct.pack("<IIII", t // 1_000_000, t % 1_000_000, len(data), len(data)) + data)


def main():
    program, secrets, failed = sys.argv[1], [], 0
    with tempfile.TemporaryDirectory() as tmp:
        pcap = os.path.join(tmp, "auth.pcap")
        capture(pcap, secrets)
        runs = [["log", "-e", "all"], ["log", "-e", "all", "-v"], ["show"], ["list", "recipients"], ["list", "sessions", "-f", "csv"],
                ["list", "transactions", "-f", "tsv"], ["report"], ["report", "-f", "json"], ["doctor"], ["find", "alice"],
                ["find", "Zq7"], ["log", "-e", "all", "--privacy", "domain"]]
        users = set()
        for run in runs:
            json_file = os.path.join(tmp, "beside.json")
            got = subprocess.run([program, *run, "-r", pcap, "-j", json_file], capture_output=True)
            text = (got.stdout + got.stderr).decode("utf-8", "replace") + open(json_file, encoding="utf-8").read()
            if run[0] == "find": # the words asked for are ours
                text = text.replace("Zq7", "")
            for s in secrets:
                if s in text:
                    failed += 1
                    print(f"FAIL {' '.join(run)}: {s} is in the output")
            users |= {u for u in ("alice@example.com", "alice", "bob") if f'"user":"{u}"' in text}
        if users != {"alice@example.com", "alice", "bob"}:
            failed += 1
            print(f"FAIL user names seen: {sorted(users)}")
    print(f"secrets: {len(runs)} outputs, {len(secrets)} secrets, {failed} found")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
