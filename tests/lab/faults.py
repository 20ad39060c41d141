#!/usr/bin/env python3
"""faults.py [--out DIR] [PATTERN]... - captures of mail that meets real faults of the network, and what they must give

A client, a router and a server sit in network namespaces of their own; the router breaks what a scenario says (nftables,
a narrow link), the kernel's TCP does the rest.  The server is a few lines of SMTP that can dawdle, stop reading or be stopped.
tcpdump listens at the client's end of the wire.  Written: DIR/fault-NAME.pcap and .truth.json, whose `diagnoses` name what
must be found, `severity` and `absent` included.  Needs root, iproute2, nftables and tcpdump; DIR is build/lab by default.
"""
import argparse
import ctypes
import fnmatch
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT, SERVER = "192.0.2.10", "198.51.100.25"
CLONE_NEWNET = 0x40000000
table = []


def sh(*argv):
    subprocess.run(argv, check=True)


def in_ns(ns, *argv):
    return ["ip", "netns", "exec", ns, *argv]


# --- the wire

def build():
    for ns in ("cli", "rtr", "srv"):
        sh("ip", "netns", "add", ns)
        sh("ip", "-n", ns, "link", "set", "lo", "up")
    for ns, there, net, host in (("cli", "near", "192.0.2", CLIENT), ("srv", "far", "198.51.100", SERVER)):
        sh("ip", "link", "add", "wire", "netns", ns, "type", "veth", "peer", "name", there, "netns", "rtr")
        sh("ip", "-n", "rtr", "address", "add", net + ".1/24", "dev", there)
        sh("ip", "-n", ns, "address", "add", host + "/24", "dev", "wire")
        for where, name in ((ns, "wire"), ("rtr", there)):
            sh("ip", "-n", where, "link", "set", name, "up")
            sh(*in_ns(where, "python3", HERE + "/offload.py", name))
        sh("ip", "-n", ns, "route", "add", "default", "via", net + ".1")
    sh(*in_ns("rtr", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1"))
    sh(*in_ns("rtr", "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0"))


def rules(*lines, ns="rtr"):
    """Replaces what a namespace does to packets: rules of its forward chain, or `CHAIN: rule`."""
    text = ["flush ruleset", "table ip lab {"]
    chains = {"forward": [], "output": [], "input": []}
    for line in lines:
        chain, _, rule = line.rpartition(": ")
        chains[chain or "forward"].append(rule)
    for chain, body in chains.items():
        text += [f"chain {chain} {{ type filter hook {chain} priority 0;", *body, "}"]
    subprocess.run(in_ns(ns, "nft", "-f", "-"), input="\n".join(text + ["}", ""]).encode(), check=True)


def narrow(mtu):
    sh("ip", "-n", "rtr", "link", "set", "far", "mtu", str(mtu))


# --- the two ends; each is a process of its own in its namespace

def enter(ns):
    with open("/run/netns/" + ns) as f:
        if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


def ask_ident(who, patience):
    """As servers ask that still do (RFC 1413); the answer does not matter."""
    s = socket.socket()
    s.settimeout(patience)
    try:
        s.connect((who, 113))
    except OSError:
        pass
    s.close()


def serve_blind(c):
    """Finds the end of a message only where it stands in one piece, as firewalls that look at each segment alone."""
    text = False
    while (piece := c.recv(65536)):
        if text:
            text = b"\r\n.\r\n" not in piece
            if not text:
                c.sendall(b"250 2.0.0 accepted\r\n")
            continue
        text = piece[:4].upper() == b"DATA"
        c.sendall(b"354 go\r\n" if text else b"250 ok\r\n")


class Server:
    """Speaks SMTP with one client after the other; `how` says what is wrong with it."""

    def __init__(self, **how):
        self.how = how

    def __enter__(self):
        up, mine = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                enter("srv")
                self.listen(mine)
            finally:
                os._exit(0)
        os.read(up, 1)
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGCONT)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def listen(self, ready):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if "buffer" in self.how:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.how["buffer"])
        s.bind((SERVER, 25))
        s.listen(5)
        os.write(ready, b"x")
        while True:
            c, _ = s.accept()
            try:
                self.serve(c)
            except OSError:
                pass
            c.close()

    def serve(self, c):
        if "ident" in self.how:
            ask_ident(c.getpeername()[0], self.how["ident"])
        time.sleep(self.how.get("banner", 0))
        if "teaser" in self.how:
            c.sendall(b"220-mx.example.org ESMTP lab\r\n")
            time.sleep(self.how["teaser"])
        c.sendall(b"220 mx.example.org ESMTP lab\r\n")
        if "blind" in self.how:
            serve_blind(c)
            return
        f, text = c.makefile("rb"), False
        for line in f:
            verb = line.split()[0].upper() if line.split() else b""
            if text:
                text = line != b".\r\n"
                if text:
                    continue
                time.sleep(self.how.get("verdict", 0))
                c.sendall(b"250 2.0.0 accepted\r\n")
                continue
            answer = {b"EHLO": b"250-mx.example.org\r\n250 SIZE 10000000\r\n", b"DATA": b"354 go\r\n",
                      b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n")
            if b"nobody" in line:
                time.sleep(self.how.get("tarpit", 0))
                answer = b"550 5.1.1 no such user\r\n"
            c.sendall(answer)
            if verb == b"QUIT":
                return
            if verb == b"DATA":
                text = True
                time.sleep(self.how.get("pause", 0))


class Client:
    def __init__(self, patience=60):
        self.s = socket.socket()
        self.s.settimeout(patience)
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connect(self):
        self.s.connect((SERVER, 25))
        self.f = self.s.makefile("rb")
        return self

    def reply(self):
        while (line := self.f.readline())[3:4] == b"-":
            pass
        return line

    def ask(self, line):
        self.s.sendall(line.encode() + b"\r\n")
        return self.reply()

    def envelope(self):
        self.reply()
        self.ask("EHLO client.example.net")
        self.ask("MAIL FROM:<a@example.net>")
        self.ask("RCPT TO:<b@example.org>")
        self.ask("DATA")
        return self

    def text(self, octets):
        line = b"The quick brown fox jumps over the lazy dog, again and again.\r\n"
        self.s.sendall(b"Subject: lab\r\n\r\n" + line * (octets // len(line)))
        return self

    def end(self):
        self.s.sendall(b".\r\n")
        return self.reply()

    def quit(self):
        self.ask("QUIT")
        self.s.close()

    def mail(self, octets):
        self.connect().envelope().text(octets)
        self.end()
        self.quit()

    def reset(self):
        self.f.close()
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.s.close()


def as_client(play):
    """Runs `play` in the client's namespace, in a process of its own; what the network does to it is expected."""
    pid = os.fork()
    if pid == 0:
        try:
            enter("cli")
            play()
        except OSError as e:
            print(f"  client: {e}", flush=True)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def one_mail(octets, **how):
    """A client that does everything right, with a mail of about `octets`, and a server that is as `how` says."""
    def play():
        Client().mail(octets)
    with Server(**how):
        as_client(play)


# --- the scenarios

def fault(name, about, diagnoses=None, absent=(), failures=(), at="cli", says=None):
    """`at`: the end of the wire where tcpdump listens.  `says`: words that the text of a diagnosis must hold."""
    def add(play):
        table.append((name, about, diagnoses or {}, absent, failures, at, says or {}, play))
        return play
    return add


@fault("mtu-hole", "a link of 1300 octets in the middle, and a filter that drops what tells of it",
       {"pmtu_blackhole": "error", "lost_in_data": None}, absent=("loss", "half_open"))
def mtu_hole():
    narrow(1300)
    rules("output: ip protocol icmp drop")

    def play():
        c = Client().connect().envelope().text(20000)
        time.sleep(14)
        c.reset()
    with Server():
        as_client(play)
    narrow(1500)


@fault("mtu-found", "the same link, and the router may say so: the client sends smaller segments",
       absent=("pmtu_blackhole", "loss"))
def mtu_found():
    narrow(1300)
    one_mail(20000)
    narrow(1500)


@fault("mtu-ignored", "the router says so, and a filter before the client drops it; the capture stands before the filter",
       {"pmtu_blackhole": "error", "lost_in_data": None}, absent=("loss",))
def mtu_ignored():
    narrow(1300)
    rules("input: ip protocol icmp drop", ns="cli")

    def play():
        c = Client().connect().envelope().text(20000)
        time.sleep(14)
        c.reset()
    with Server():
        as_client(play)
    rules(ns="cli")
    narrow(1500)


@fault("stopped-reader", "the server reads nothing for seven seconds", {"zero_window": "warn"},
       absent=("pmtu_blackhole", "half_open", "loss"))
def stopped_reader():
    one_mail(60000, buffer=4096, pause=7)


@fault("loss", "one of five packets to the server is lost", {"loss": "error"}, absent=("pmtu_blackhole", "half_open"))
def loss():
    rules("iifname near tcp dport 25 ip length > 500 numgen inc mod 5 == 0 drop")
    one_mail(60000)


@fault("reset-injected", "a device thirteen hops nearer than the server resets the connection",
       {"injected_reset": "warn", "lost_in_data": None}, absent=("pmtu_blackhole",))
def reset_injected():
    rules("iifname far ip ttl set 51", "iifname near tcp dport 25 ip length > 1000 reject with tcp reset")

    def play():
        c = Client().connect().envelope()
        c.s.sendall(b"x" * 60 + b"\r\n")
        time.sleep(0.3)
        c.text(5000)
        time.sleep(1)
        c.reply()
    with Server():
        as_client(play)


@fault("reset-own", "the server's own reset over the same hops", {"lost_in_data": None}, absent=("injected_reset",))
def reset_own():
    rules("iifname far ip ttl set 51")

    def play():
        c = Client().connect().envelope()
        c.text(3000)
        time.sleep(0.5)
        os.kill(server.pid, signal.SIGSTOP)
        c.text(3000)
        time.sleep(0.2)
        os.kill(server.pid, signal.SIGKILL)
        time.sleep(0.5)
        c.s.close()
    with Server() as server:
        as_client(play)


@fault("stopped-server", "the server is stopped while it works on the message; the client leaves after five seconds",
       {"lost_after_eod": "warn", "client_gave_up": "warn"}, absent=("half_open", "zero_window"))
def stopped_server():
    def play():
        c = Client(5).connect().envelope().text(2000)
        os.kill(server.pid, signal.SIGSTOP)
        try:
            c.end()
        except TimeoutError:
            c.reset()
    with Server() as server:
        as_client(play)


@fault("late-accept", "the verdict takes four seconds, and the client closes after two", {"late_accept": "warn"})
def late_accept():
    def play():
        c = Client(2).connect().envelope().text(2000)
        try:
            c.end()
        except TimeoutError:
            c.f.close()
            c.s.close()
        time.sleep(3)
    with Server(verdict=4):
        as_client(play)


@fault("slow-banner", "the greeting takes 6.5 seconds", {"slow_banner": "warn"})
def slow_banner():
    one_mail(500, banner=6.5)


@fault("ident", "before it greets, the server asks port 113 of the client, and a filter drops the question",
       {"slow_banner": "warn"}, says={"slow_banner": "asked port 113"})
def ident():
    rules("input: tcp dport 113 drop", ns="cli")
    one_mail(500, ident=7)
    rules(ns="cli")


@fault("ident-refused", "the same, and the client refuses the question at once", absent=("slow_banner",))
def ident_refused():
    one_mail(500, ident=7)


@fault("teaser", "the first line of the greeting comes at once, the last six seconds later", {"slow_banner": "warn"},
       says={"slow_banner": "pause on purpose"})
def teaser():
    one_mail(500, teaser=6)


@fault("tarpit", "one refused recipient in each of three sessions, and two seconds of waiting for it",
       {"tarpit": "warn", "partial_recipients": "info"})
def tarpit():
    def play():
        for i in range(3):
            c = Client().connect()
            c.reply()
            c.ask("EHLO client.example.net")
            c.ask("MAIL FROM:<a@example.net>")
            c.ask(f"RCPT TO:<nobody{i}@example.org>")
            c.ask("RCPT TO:<b@example.org>")
            c.ask("DATA")
            c.text(200).end()
            c.quit()
    with Server(tarpit=2):
        as_client(play)


@fault("eod-split", "the final dot and its line end travel apart, and what stands before the server does not know them then",
       {"eod_split": "warn", "lost_after_eod": "warn", "client_gave_up": "warn"}, absent=("pmtu_blackhole", "half_open"))
def eod_split():
    def play():
        for _ in range(2):
            c = Client(4).connect().envelope().text(500)
            c.s.sendall(b".")
            time.sleep(0.1)
            try:
                c.s.sendall(b"\r\n")
                c.reply()
            except TimeoutError:
                c.reset()
    with Server(blind=True):
        as_client(play)


@fault("nagle", "a client that writes each command in two pieces and leaves Nagle's algorithm on", {"nagle_delack": "info"},
       absent=("loss", "pmtu_blackhole"))
def nagle():
    def play():
        c = Client().connect()
        c.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        c.reply()
        c.ask("EHLO client.example.net")
        for piece, rest in (("MAIL ", "FROM:<a@example.net>"), ("RCPT ", "TO:<b@example.org>"), ("RCPT ", "TO:<c@example.org>"),
                            ("RCPT ", "TO:<d@example.org>"), ("RCPT ", "TO:<e@example.org>"), ("DATA", "")):
            c.s.sendall(piece.encode())
            c.ask(rest)
        c.text(500).end()
        c.quit()
    with Server():
        as_client(play)


@fault("window-scale", "a device writes 0 over the server's window scale: the client takes its windows for tiny ones",
       {"window_scale_broken": "error"}, absent=("pmtu_blackhole", "loss"), at="srv")
def window_scale():
    # Behind MSS, SACK and timestamps stands the scale of a SYN-ACK of Linux, in octet 39 of the TCP header.  That octet is 10;
    # 10 more in the MSS leave the checksum as it is.
    rules("iifname far tcp flags & (syn | ack) == syn | ack @th,176,16 set 1470 @th,312,8 set 0")
    one_mail(2500)


@fault("no-banner", "the client waits two seconds for a greeting and leaves", {"no_banner": "warn"}, failures=("closed",))
def no_banner():
    def play():
        c = Client().connect()
        time.sleep(2)
        c.f.close()
        c.s.close()
        time.sleep(0.2)
    with Server(banner=10):
        as_client(play)


@fault("silent", "a filter drops every SYN", {"connect_timeout": "warn"}, absent=("connect_refused",), failures=("timeout",))
def silent():
    rules("tcp dport 25 drop")
    as_client(lambda: Client(10).connect())


@fault("refused", "nothing listens", {"connect_refused": "warn"}, absent=("connect_timeout",), failures=("refused",))
def refused():
    as_client(lambda: Client(5).connect())


@fault("forbidden", "a filter forbids it and says so", {"connect_refused": "warn"}, absent=("connect_timeout",),
       failures=("unreachable",))
def forbidden():
    rules("tcp dport 25 reject with icmp type admin-prohibited")
    as_client(lambda: Client(5).connect())


@fault("ecn", "a device drops SYNs that ask for ECN; three connections get through without", {"ecn_blackhole": "warn"},
       absent=("connect_timeout",))
def ecn():
    rules("tcp dport 25 tcp flags & (syn | ecn | cwr) == syn | ecn | cwr drop")
    sh(*in_ns("cli", "sysctl", "-q", "-w", "net.ipv4.tcp_ecn=1"))

    def play():
        for _ in range(3):
            Client(10).mail(200)
    with Server():
        as_client(play)
    sh(*in_ns("cli", "sysctl", "-q", "-w", "net.ipv4.tcp_ecn=2"))


@fault("plain", "nothing is wrong", absent=("loss", "nagle_delack", "no_quit", "slow_reply"))
def plain():
    one_mail(60000)


# The last one: its client's kernel goes on for minutes.
@fault("vanished", "every packet is dropped from the middle of the dialogue on", {"half_open": "warn"},
       absent=("pmtu_blackhole", "loss"))
def vanished():
    def play():
        c = Client(40).connect()
        c.reply()
        c.ask("EHLO client.example.net")
        subprocess.run(["nsenter", "--net=/run/netns/rtr", "nft", "add", "rule", "ip", "lab", "forward", "drop"], check=True)
        c.s.sendall(b"MAIL FROM:<a@example.net>\r\n")
        time.sleep(28)
    with Server():
        as_client(play)


# --- the captures

def record(scenario, out):
    name, about, diagnoses, absent, failures, at, says, play = scenario
    path = os.path.join(out, "fault-" + name)
    rules()
    sh("ip", "-n", "cli", "route", "flush", "cache")  # what an earlier scenario taught it of the path
    argv = in_ns(at, "tcpdump", "-i", "wire", "-s", "0", "-U", "-n", "-Z", "root", "--immediate-mode", "-w",
                 path + ".pcap", "tcp or icmp")
    dump = subprocess.Popen(argv, stderr=subprocess.PIPE)
    for line in dump.stderr:
        if b"listening on" in line:
            break
    play()
    time.sleep(0.3)
    dump.send_signal(signal.SIGINT)
    dump.communicate(timeout=10)
    with open(path + ".truth.json", "w") as f:
        json.dump({"scenario": "fault-" + name, "description": about, "diagnoses": diagnoses, "absent": list(absent),
                   "failures": list(failures), **({"says": says} if says else {})}, f, indent=1)
        f.write("\n")
    print(f"fault-{name}: {about}", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", default="build/lab")
    ap.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    ap.add_argument("patterns", nargs="*")
    args = ap.parse_args()
    if not args.inside:
        os.makedirs(args.out, exist_ok=True)
        sys.exit(subprocess.call(["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                                  "--propagation", "private", "--", sys.executable, os.path.abspath(__file__), "--inside",
                                  "--out", os.path.abspath(args.out), *args.patterns]))
    os.makedirs("/run/netns", exist_ok=True)
    sh("mount", "-t", "tmpfs", "lab", "/run/netns")
    build()
    for scenario in table:
        if not args.patterns or any(fnmatch.fnmatch(scenario[0], p) for p in args.patterns):
            record(scenario, args.out)


if __name__ == "__main__":
    main()
