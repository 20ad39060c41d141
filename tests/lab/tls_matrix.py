#!/usr/bin/env python3
"""Every suite that OpenSSL can still speak, opened: tls_matrix.py [--bin PROGRAM] [--keep DIR]

For each TLS version, suite and variation (encrypt-then-MAC and extended master secret on and off, resumption, KeyUpdate) a client and
a server of OpenSSL speak SMTP through TLS, with STARTTLS or from the first octet.  What they send becomes a capture, packet
by packet, cut at odd places.  smtpscope reads it with the key log, and its exchanges and the size of the message must be
those of the client's transcript; with a key log of another connection, and with one octet of a record changed, it must
say nothing that was not said.  Exit 1 when anything differs.
"""
import argparse, json, os, random, ssl, struct, subprocess, sys, tempfile

CERT = None
MESSAGE = b"Subject: matrix\r\nMessage-ID: <m@example.org>\r\n\r\n" + b"".join(b"%05d ..dots and words to fill a line of mail\r\n" % i for i in range(900))


class Wire:
    """Writes what two ends send as TCP packets."""

    def __init__(self, path, port):
        self.f = open(path, "wb")
        self.f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        self.port, self.t, self.seq = port, 1_700_000_000.0, {0: 1000, 1: 5000}
        self.cut = random.Random(7)
        self.packet(0, b"", 2)
        self.packet(1, b"", 0x12)
        self.packet(0, b"", 0x10)

    def packet(self, side, data, flags=0x18):
        sport, dport = (40000, self.port) if side == 0 else (self.port, 40000)
        src, dst = (b"\xc0\x00\x02\x01", b"\xc6\x33\x64\x01") if side == 0 else (b"\xc6\x33\x64\x01", b"\xc0\x00\x02\x01")
        ack = self.seq[1 - side] if flags & 0x10 else 0
        tcp = struct.pack("!HHIIBBHHH", sport, dport, self.seq[side] & 0xFFFFFFFF, ack, 0x50, flags, 65000, 0, 0) + data
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + src + dst
        frame = b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + ip + tcp
        self.t += 0.0003
        self.f.write(struct.pack("<IIII", int(self.t), int(self.t % 1 * 1e6), len(frame), len(frame)) + frame)
        self.seq[side] += len(data) + (1 if flags & 3 else 0)

    def send(self, side, data):
        while data:
            n = self.cut.choice([1, 3, 6, 100, 1448, 1448, 1448])
            self.packet(side, data[:n])
            data = data[n:]

    def close(self):
        self.packet(1, b"", 0x11)
        self.packet(0, b"", 0x11)
        self.packet(1, b"", 0x10)
        self.f.close()


class End:
    def __init__(self, ctx, server, session=None):
        self.i, self.o = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.s = ctx.wrap_bio(self.i, self.o, server_side=server, server_hostname=None if server else "mx.example.net", session=session)


def pump(wire, ends):
    moved = False
    for side in (0, 1):
        data = ends[side].o.read()
        if data:
            wire.send(side, data)
            ends[1 - side].i.write(data)
            moved = True
    return moved


def handshake(wire, ends):
    done = [False, False]
    for _ in range(20):
        for side in (0, 1):
            if not done[side]:
                try:
                    ends[side].s.do_handshake()
                    done[side] = True
                except ssl.SSLWantReadError:
                    pass
        if not pump(wire, ends) and all(done):
            return


def say(wire, ends, side, data):
    ends[side].s.write(data)
    pump(wire, ends)
    got = b""
    while len(got) < len(data):
        got += ends[1 - side].s.read(65536)
    assert got == data


DIALOGUE = [
    (None, b"220 mx.example.net ESMTP matrix\r\n"),
    (b"EHLO client.example.org\r\n", b"250-mx.example.net\r\n250-PIPELINING\r\n250 SIZE 1000000\r\n"),
    (b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nRCPT TO:<nobody@example.net>\r\nDATA\r\n",
     b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n550 5.1.1 no such user\r\n354 go\r\n"),
    (b"".join(b"." + l if l.startswith(b".") else l for l in MESSAGE.splitlines(True)) + b".\r\n", b"250 2.0.0 queued as MATRIX1\r\n"),
    (b"QUIT\r\n", b"221 2.0.0 bye\r\n"),
]
WANT = [("CONNECT", 220), ("EHLO", 250), ("MAIL", 250), ("RCPT", 250), ("RCPT", 550), ("DATA", 354), ("EOM", 250), ("QUIT", 221)]


def converse(path, port, contexts, session=None):
    """One connection; gives the client's session."""
    wire = Wire(path, port)
    dialogue = DIALOGUE
    if port != 465:
        wire.send(1, DIALOGUE[0][1])
        for c, s in ((b"EHLO client.example.org\r\n", b"250-mx.example.net\r\n250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"220 go\r\n")):
            wire.send(0, c)
            wire.send(1, s)
        dialogue = DIALOGUE[1:]
    ends = [End(contexts[0], False, session), End(contexts[1], True)]
    handshake(wire, ends)
    for command, reply in dialogue:
        if command:
            say(wire, ends, 0, command)
        say(wire, ends, 1, reply)
    session, cipher, resumed = ends[0].s.session, ends[0].s.cipher()[0], ends[0].s.session_reused
    wire.close()
    return session, cipher, resumed


def contexts(version, suite, log, options):
    c, s = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for x in (c, s):
        if version == ssl.TLSVersion.TLSv1_3:
            x.set_ciphers("ALL:@SECLEVEL=0")
        else:
            x.set_ciphers(suite + ":@SECLEVEL=0")
        x.minimum_version = x.maximum_version = version
        x.options |= options
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    c.keylog_filename = log
    kind = "ec" if "ECDSA" in suite else "rsa"
    s.load_cert_chain(CERT + f"/{kind}.pem")
    if "DHE" in suite and "ECDHE" not in suite:
        s.load_dh_params(CERT + "/dh.pem")
    return c, s


def events(binary, path, log):
    run = subprocess.run([binary, "log", "-q", "-e", "exchange,transaction,session,tls", "-r", path, "-k", log], stdout=subprocess.PIPE)
    return [json.loads(l) for l in run.stdout.splitlines()]


def judge(binary, path, log, port, resumed):
    ev = events(binary, path, log)
    clear = 0 if port == 465 else 3
    got = [(e["verb"], e.get("code")) for e in ev if e["event"] == "exchange"][clear:]
    want = WANT if port == 465 else WANT[1:]
    tx = [e for e in ev if e["event"] == "transaction"]
    tls = [e for e in ev if e["event"] == "tls"]
    faults = []
    if got != want:
        faults.append(f"exchanges {got}")
    if len(tx) != 1 or tx[0].get("size") != len(MESSAGE) or tx[0]["outcome"] != "partial" or not tx[0]["decrypted"]:
        faults.append(f"transaction {[(t.get('size'), t['outcome']) for t in tx]}")
    if len(tls) != 1 or not tls[0]["established"] or not tls[0]["decrypted"] or bool(tls[0].get("resumed")) != resumed:
        faults.append(f"tls {tls}")
    return faults


def spoil(binary, path, log, other):
    """A wrong key and a changed octet: less is said, nothing else."""
    faults = []
    for e in events(binary, path, other):
        if e["event"] == "transaction" or (e["event"] == "tls" and e["decrypted"]):
            faults.append(f"a foreign key log gives {e['event']}")
    data = bytearray(open(path, "rb").read())
    data[len(data) * 2 // 3] ^= 0x10
    bad = path + ".bad"
    open(bad, "wb").write(data)
    for e in events(binary, bad, log):
        if e["event"] == "transaction" and (e["outcome"] == "partial" and e.get("size") not in (None, len(MESSAGE))):
            faults.append(f"a changed octet gives {e['outcome']} size {e.get('size')}")
        if e["event"] == "exchange" and (e["verb"], e.get("code")) not in WANT + [("STARTTLS", 220)] and e.get("code") is not None and e["verb"] != "UNSOLICITED":
            faults.append(f"a changed octet gives {e['verb']} {e.get('code')}")
    os.remove(bad)
    return faults


def certificates(where):
    def run(*a):
        subprocess.run(a, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for kind, how in (("rsa", ["rsa:2048"]), ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])):
        run("openssl", "req", "-x509", "-nodes", "-newkey", *how, "-keyout", f"{where}/{kind}.pem", "-out", f"{where}/{kind}.crt",
            "-days", "300", "-subj", "/CN=mx.example.net")
        open(f"{where}/{kind}.pem", "a").write(open(f"{where}/{kind}.crt").read())
    run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", f"{where}/dh.tmp")
    run("openssl", "dhparam", "-in", f"{where}/dh.tmp", "-out", f"{where}/dh.pem")


def child(version, suite, where):
    """TLS 1.3 suites are chosen by OpenSSL's configuration, so each has its own process."""
    conf = f"{where}/{suite}.cnf"
    open(conf, "w").write(f"openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n[c]\nCiphersuites={suite}\n")
    return subprocess.run([sys.executable, __file__, *sys.argv[1:], "--suite13", suite, "--work", where],
        env=dict(os.environ, OPENSSL_CONF=conf)).returncode


NO_ETM, NO_EMS, NO_TICKET = 1 << 19, 1 << 0, 1 << 14


def run_case(args, where, name, version, suite, options, other):
    log = f"{where}/{name}.keys"
    ctx = contexts(version, suite, log, options)
    faults, session = [], None
    for round_, port in (("", 587), ("-again", 465)):
        path = f"{where}/{name}{round_}.pcap"
        session, cipher, resumed = converse(path, port, ctx, session if round_ else None)
        faults += judge(args.bin, path, log, port, bool(resumed))
    if other:
        faults += spoil(args.bin, path, log, other)
    print(f"{'ok ' if not faults else 'BAD'} {name} {cipher}{' resumed' if resumed else ''}", *faults[:3], sep="\n      " if faults else " ")
    return log, len(faults)


def main():
    global CERT
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", default="build/smtpscope")
    ap.add_argument("--keep", help="leave captures and key logs there")
    ap.add_argument("--quick", action="store_true", help="TLS 1.3, and a suite of each kind of TLS 1.2")
    ap.add_argument("--suite13", help=argparse.SUPPRESS)
    ap.add_argument("--work", help=argparse.SUPPRESS)
    args = ap.parse_args()
    V = ssl.TLSVersion
    if args.suite13:
        CERT = args.work
        sys.exit(run_case(args, args.work, f"1.3-{args.suite13}", V.TLSv1_3, args.suite13, 0, None)[1] > 0)
    with tempfile.TemporaryDirectory() as tmp:
        where = CERT = args.keep or tmp
        os.makedirs(where, exist_ok=True)
        certificates(where)
        bad = sum(child(V.TLSv1_3, s, where) for s in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"))
        names = subprocess.run(["openssl", "ciphers", "-s", "-tls1_2", "ALL:!PSK:!SRP:!aNULL:!ARIA:@SECLEVEL=0"], stdout=subprocess.PIPE,
            text=True).stdout.strip().split(":")
        if args.quick:
            names = [n for n in names if n in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305", "AES256-CCM8",
                "ECDHE-ECDSA-AES256-SHA384", "AES128-SHA")]
        other, seen = None, 0
        for version, short in ((V.TLSv1_2, "1.2"),) if args.quick else ((V.TLSv1_2, "1.2"), (V.TLSv1_1, "1.1"), (V.TLSv1, "1.0")):
            for suite in names:
                if suite.startswith("TLS_") or suite.startswith("NULL") or "DSS" in suite:
                    continue
                cbc = suite.endswith("SHA") or "SHA256" in suite and "GCM" not in suite or "SHA384" in suite and "GCM" not in suite
                if version != V.TLSv1_2 and not suite.endswith("SHA"):
                    continue
                for options, tag in ((0, ""), (NO_ETM | NO_EMS | NO_TICKET, "-plain")) if cbc else ((0, ""),):
                    try:
                        other, n = run_case(args, where, f"{short}-{suite}{tag}", version, suite, options, other)
                        bad, seen = bad + n, seen + 1
                    except ssl.SSLError as e:
                        print(f"--  {short}-{suite}{tag}: {e.reason}")
        print(f"{seen + 5} cases, {bad} bad")
        sys.exit(bad > 0)


if __name__ == "__main__":
    main()
