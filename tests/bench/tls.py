#!/usr/bin/env python3
"""What opening TLS costs: tls.py [--bin PROGRAM] [--megabytes N] [--rounds N]

For some ciphers of TLS 1.3 and 1.2 one large message is sent through TLS and once in clear, by Python's ssl.  Then, in turns: openssl
speed for the cipher with records of 16 KiB on one core; smtpscope with the key log, without it, and over the same message in
clear.  Printed: octets a second of processor time in user space as a share of openssl's (the bar: 40 %), and the processor
time without keys as a multiple of that in clear (the bar: 1).  Only ratios of one run mean anything.
"""
import argparse, os, re, resource, ssl, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab"))
import tls_matrix as matrix

V = ssl.TLSVersion
CASES = [("TLSv1.3 AES-128-GCM", V.TLSv1_3, "TLS_AES_128_GCM_SHA256", "aes-128-gcm"), ("TLSv1.3 AES-256-GCM", V.TLSv1_3, "TLS_AES_256_GCM_SHA384", "aes-256-gcm"),
    ("TLSv1.3 ChaCha20", V.TLSv1_3, "TLS_CHACHA20_POLY1305_SHA256", "chacha20-poly1305"),
    ("TLSv1.2 AES-256-GCM", V.TLSv1_2, "ECDHE-RSA-AES256-GCM-SHA384", "aes-256-gcm"), ("TLSv1.2 AES-128-CBC", V.TLSv1_2, "AES128-SHA", "aes-128-cbc-hmac-sha1")]
BAR = (0.4, 1)


def user_time(argv):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def speed(name):
    """Octets a second, of processor time."""
    if name == "aes-128-cbc-hmac-sha1": # two passes over the octets
        a, b = speed("aes-128-cbc"), speed("sha1")
        return 1 / (1 / a + 1 / b)
    argv = ["openssl", "speed", "-seconds", "1", "-bytes", "16384", *(["-decrypt"] if name != "sha1" else []), "-evp", name]
    out = subprocess.run(argv, capture_output=True, text=True).stdout
    found = re.findall(r"(\d+\.\d+)k\s*$", out, re.M)
    return float(found[-1]) * 1000


def send(wire, side, data):
    """Full segments, and an acknowledgement for every other one, as a receiver gives them."""
    for i in range(0, len(data), 2896):
        wire.packet(side, data[i:i + 1448])
        if data[i + 1448:i + 2896]:
            wire.packet(side, data[i + 1448:i + 2896])
        wire.packet(1 - side, b"", 0x10)


def say_in_parts(wire, ends, side, data):
    for i in range(0, len(data), 1 << 18):
        ends[side].s.write(data[i:i + (1 << 18)])
        matrix.pump(wire, ends)
        left = len(data[i:i + (1 << 18)])
        while left:
            left -= len(ends[1 - side].s.read(65536))


def make(where, megabytes):
    matrix.CERT = where
    matrix.certificates(where)
    lines = megabytes * 1_000_000 // 80
    matrix.MESSAGE = b"Subject: bulk\r\n\r\n" + b"".join(b"%08d %s\r\n" % (i, b"QWxsIHdvcmsgYW5kIG5vIHBsYXkg" * 2 + b"bWFrZXMgSmFj") for i in range(lines))
    matrix.DIALOGUE[3] = (matrix.MESSAGE + b".\r\n", matrix.DIALOGUE[3][1])
    matrix.Wire.send, matrix.say = send, say_in_parts
    wire = matrix.Wire(f"{where}/clear.pcap", 25)
    for command, reply in matrix.DIALOGUE:
        if command:
            wire.send(0, command)
        wire.send(1, reply)
    wire.close()


def child(where, n, megabytes):
    """One capture; TLS 1.3 suites come from OpenSSL's configuration, so each has a process of its own."""
    make(where, megabytes)
    _, version, suite, _ = CASES[n]
    matrix.converse(f"{where}/{n}.pcap", 465, matrix.contexts(version, suite, f"{where}/{n}.keys", 0))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", default="build/smtpscope")
    ap.add_argument("--megabytes", type=int, default=300)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = ap.parse_args()
    if args.child:
        return child(args.child[0], int(args.child[1]), args.megabytes)
    common = [args.bin, "log", "-q", "-e", "session,transaction", "--workers", "1", "-r"]
    with tempfile.TemporaryDirectory() as where:
        print(f"{'':22}{'opened, of openssl speed':>26}{'bar':>6}{'without keys, of clear':>26}{'bar':>6}")
        for n, (label, version, suite, evp) in enumerate(CASES):
            conf = f"{where}/openssl.cnf"
            open(conf, "w").write(f"openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n[c]\nCiphersuites={suite}\n" if version == V.TLSv1_3 else "")
            subprocess.run([sys.executable, __file__, "--child", where, str(n), "--megabytes", str(args.megabytes)], check=True, env=dict(os.environ, OPENSSL_CONF=conf))
            size, shares, multiples = os.path.getsize(f"{where}/{n}.pcap"), [], []
            for _ in range(args.rounds):
                octets = speed(evp)
                opened = user_time([*common, f"{where}/{n}.pcap", "-k", f"{where}/{n}.keys"])
                shut, clear = user_time([*common, f"{where}/{n}.pcap"]), user_time([*common, f"{where}/clear.pcap"])
                shares.append(size / opened / octets)
                multiples.append(shut / clear)
            print(f"{label:22}{max(shares):26.0%}{BAR[0]:6.0%}{min(multiples):26.2f}{BAR[1]:6}", flush=True)
            os.remove(f"{where}/{n}.pcap")


if __name__ == "__main__":
    main()
