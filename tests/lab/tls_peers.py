#!/usr/bin/env python3
"""Mail programs of every kind speak through TLS, and every dialogue is opened: tls_peers.py [--bin PROGRAM] [--keep DIR] [PATTERN]

Servers: Postfix (OpenSSL) and Exim (GnuTLS); and s_server of OpenSSL for early data.  Clients: Python, openssl s_client, gnutls-cli,
curl and swaks.  TLS 1.2 and 1.3, every suite that both have, STARTTLS and TLS from the first octet, resumption and KeyUpdate
where the client can ask for it.  A relay between them writes what passes as packets.  smtpscope reads that with the client's key
log; its commands and replies must be the client's, octet for octet, and so must the message.

It takes root, and lives in network and mount namespaces of its own.  What is not installed is left out, and said; EXIM may name
the directory of an unpacked package.  Exit 1 when anything differs.
"""
import argparse, fnmatch, hashlib, json, os, re, select, shutil, smtplib, socket, ssl, subprocess, sys, tempfile, threading, time

import own_postfix
from tls_matrix import Wire, certificates

HOST, SENDER, TO = "127.0.0.1", "a@example.org", "b@example.net"
BODY = b"".join(b"%04d a line of mail, and .a dot\r\n.%04d\r\n" % (i, i) for i in range(300))
HEAD = b"From: <a@example.org>\r\nTo: <b@example.net>\r\nMessage-ID: <peers@example.org>\r\nSubject: peers\r\n\r\n"
WAIT = 15

MAIN = """smtpd_tls_security_level = may
smtpd_tls_chain_files = {work}/rsa.pem, {work}/ec.pem
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_ciphers = low
tls_low_cipherlist = ALL:!aNULL:@SECLEVEL=0
smtpd_client_connection_rate_limit = 0
"""
MASTER = """465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
"""
EXIM = """primary_hostname = mx.example.net
local_interfaces = 127.0.0.1
daemon_smtp_ports = 2525 : 4465
tls_on_connect_ports = 4465
spool_directory = {work}/exim
log_file_path = {work}/exim-%s
rfc1413_query_timeout = 0s
host_lookup =
tls_advertise_hosts = *
tls_certificate = {certs}/rsa.pem
tls_privatekey = {certs}/rsa.pem
tls_resumption_hosts = *
tls_require_ciphers = NORMAL:+VERS-TLS1.2:+AES-128-CCM:+AES-256-CCM:+AES-128-CCM-8:+AES-256-CCM-8:+RSA:+CAMELLIA-128-CBC:+CAMELLIA-256-CBC:%COMPAT
queue_only = true
acl_smtp_rcpt = accept
acl_smtp_data = accept
begin routers
all:
  driver = redirect
  data = :blackhole:
"""


def until(condition, wait=WAIT):
    end = time.monotonic() + wait
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def answers(port):
    try:
        socket.create_connection((HOST, port), 1).close()
        return True
    except OSError:
        return False


# ---- servers ----

class Postfix(own_postfix.Postfix):
    name, plain, wrapped = "postfix", 25, 465

    def __init__(self, work):
        if not shutil.which("postfix"):
            raise FileNotFoundError("Postfix is not installed")
        super().__init__(work, MAIN, MASTER)
        self.start()


class Exim:
    name, plain, wrapped = "exim", 2525, 4465

    def __init__(self, work):
        root = os.environ.get("EXIM", "")
        program = f"{root}/usr/sbin/exim4" if root else shutil.which("exim4")
        if not program or not os.path.exists(program):
            raise FileNotFoundError("Exim is not installed")
        users = open("/etc/passwd").read()
        if "Debian-exim:" not in users:
            for path, line in (("/etc/passwd", "Debian-exim:x:60103:60103::/:/usr/sbin/nologin\n"), ("/etc/group", "Debian-exim:x:60103:\n")):
                changed = f"{work}/{os.path.basename(path)}"
                open(changed, "w").write(open(path).read() + line)
                os.chmod(changed, 0o644)
                subprocess.run(["mount", "--bind", changed, path], check=True)
        os.mkdir(f"{work}/exim")
        for path in (work, f"{work}/exim"):
            os.chown(path, 60103 if path.endswith("exim") else 0, -1)
        conf = f"{work}/exim.conf"
        open(conf, "w").write(EXIM.format(work=work, certs=work))
        for path in ("rsa.pem", "ec.pem"):
            os.chmod(f"{work}/{path}", 0o644)
        os.chmod(work, 0o777)
        env = dict(os.environ, LD_LIBRARY_PATH=f"{root}/usr/lib/x86_64-linux-gnu")
        self.process = subprocess.Popen([program, "-bdf", "-C", conf], env=env, stdout=subprocess.DEVNULL, stderr=open(f"{work}/exim.err", "w"))

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


# ---- the relay ----

class Relay:
    """Takes one connection, leads it to the server, and writes what passes."""

    def __init__(self, path, shown, port):
        self.listener = socket.create_server((HOST, 0))
        self.port, self.server = self.listener.getsockname()[1], port
        self.path, self.shown = path, shown
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        client, _ = self.listener.accept()
        self.listener.close()
        server = socket.create_connection((HOST, self.server))
        wire, ends = Wire(self.path, self.shown), [client, server]
        open_ends = {client, server}
        while open_ends:
            ready, _, _ = select.select(list(open_ends), [], [], WAIT)
            if not ready:
                break
            for s in ready:
                side = ends.index(s)
                try:
                    data = s.recv(65536)
                except OSError:
                    data = b""
                if data:
                    wire.send(side, data)
                    try:
                        ends[1 - side].sendall(data)
                    except OSError:
                        pass
                else:
                    open_ends.discard(s)
                    try:
                        ends[1 - side].shutdown(socket.SHUT_WR)
                    except OSError:
                        pass
        wire.close()
        client.close()
        server.close()

    def done(self):
        self.thread.join(WAIT)


# ---- clients: each gives the replies it saw inside TLS, lines without CRLF ----

def dotted(data):
    return b"".join(b"." + l if l.startswith(b".") else l for l in data.splitlines(True))


class Talk:
    """A program that carries lines between its pipes and the server."""

    def __init__(self, argv, env=None):
        self.p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        self.lines, self.buffer = [], b""

    def reply(self):
        """The next reply; other lines are the program's own."""
        got, end = [], time.monotonic() + WAIT
        while time.monotonic() < end:
            while b"\n" in self.buffer:
                line, self.buffer = self.buffer.split(b"\n", 1)
                line = line.rstrip(b"\r")
                if re.match(rb"\d{3}[ -]", line):
                    got.append(line.decode())
                    if line[3:4] == b" ":
                        return got
            if select.select([self.p.stdout], [], [], 0.2)[0]:
                more = os.read(self.p.stdout.fileno(), 65536)
                if not more:
                    break
                self.buffer += more
        raise TimeoutError(f"no reply; {got} {self.buffer[-300:]}")

    def wait_for(self, mark):
        end = time.monotonic() + WAIT
        while mark not in self.buffer and time.monotonic() < end:
            if select.select([self.p.stdout], [], [], 0.2)[0]:
                more = os.read(self.p.stdout.fileno(), 65536)
                if not more:
                    break
                self.buffer += more
        if mark not in self.buffer:
            raise TimeoutError(f"{self.buffer[-400:]}")
        self.buffer = self.buffer.split(mark, 1)[1]

    def say(self, data):
        self.p.stdin.write(data)
        self.p.stdin.flush()

    def end(self):
        try:
            self.p.stdin.close()
        except OSError:
            pass
        try:
            self.p.wait(5)
        except subprocess.TimeoutExpired:
            self.p.kill()
            self.p.wait()


# Lower case: s_client takes Q, R and K at the beginning of a line for itself.
COMMANDS = ["ehlo client.example.org", f"mail from:<{SENDER}>", f"rcpt to:<{TO}>", "data"]


def by_lines(talk, implicit, updates=False, end=b"\n"):
    replies = []
    if implicit:
        replies.append(talk.reply())
    for n, c in enumerate(COMMANDS):
        if updates and n in (1, 3):
            talk.say(b"K\n" if n == 1 else b"k\n")
            time.sleep(0.1)
        talk.say(c.encode() + end)
        replies.append(talk.reply())
    if updates:
        talk.say(b"K\n")
        time.sleep(0.1)
    talk.say(dotted(HEAD + BODY).replace(b"\r\n", end) + b"." + end)
    replies.append(talk.reply())
    talk.say(b"quit" + end)
    replies.append(talk.reply())
    talk.end()
    return replies


class Python:
    name = "python"

    def suites(self, version):
        return openssl_suites(version)

    def context(self, version, suite, log):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
        ctx.minimum_version = ctx.maximum_version = ssl.TLSVersion.TLSv1_3 if version == "1.3" else ssl.TLSVersion.TLSv1_2
        ctx.set_ciphers(suite + ":@SECLEVEL=0" if version == "1.2" else "ALL:@SECLEVEL=0")
        ctx.keylog_filename = log
        return ctx

    def talk(self, case, port):
        ctx = self.context(case.version, case.suite, case.log)
        session = None
        for n, relay in enumerate(case.relays()):
            replies = self.once(ctx, case, relay.port, session)
            session = self.session
            relay.done()
            yield replies, self.reused if n else False

    def once(self, ctx, case, port, session):
        s = socket.create_connection((HOST, port), WAIT)
        f = s.makefile("rb")

        def reply(f):
            got = []
            while True:
                line = f.readline()
                if not line:
                    raise TimeoutError("closed")
                got.append(line.rstrip(b"\r\n").decode())
                if got[-1][3:4] == " ":
                    return got
        if not case.implicit:
            reply(f)
            for c in (b"EHLO client.example.org\r\n", b"STARTTLS\r\n"):
                s.sendall(c)
                reply(f)
        s = ctx.wrap_socket(s, session=session, server_hostname="mx.example.net")
        f, replies = s.makefile("rb"), []
        if case.implicit:
            replies.append(reply(f))
        for c in COMMANDS:
            s.sendall(c.encode() + b"\r\n")
            replies.append(reply(f))
        s.sendall(dotted(HEAD + BODY) + b".\r\n")
        replies.append(reply(f))
        s.sendall(b"quit\r\n")
        replies.append(reply(f))
        self.session, self.reused = s.session, s.session_reused
        s.close()
        return replies


class OpenSsl:
    name = "openssl"

    def suites(self, version):
        return openssl_suites(version)

    def talk(self, case, port):
        sess = case.path + ".sess"
        for n, relay in enumerate(case.relays()):
            argv = ["openssl", "s_client", "-connect", f"{HOST}:{relay.port}", "-crlf", "-keylogfile", case.log, "-servername", "mx.example.net",
                "-tls1_3" if case.version == "1.3" else "-tls1_2"]
            argv += ["-ciphersuites", case.suite] if case.version == "1.3" else ["-cipher", case.suite + ":@SECLEVEL=0"]
            argv += [] if case.implicit else ["-starttls", "smtp"]
            argv += ["-sess_in" if n else "-sess_out", sess]
            talk = Talk(argv)
            talk.wait_for(b"Verify return code")
            talk.wait_for(b"---\n")
            if not case.implicit:
                talk.reply() # the end of what the server said before TLS
            yield by_lines(talk, case.implicit, case.updates and n == 0), None if n else False
            relay.done()
            if not os.path.exists(sess): # the server gives no tickets
                return


class GnuTls:
    name = "gnutls"
    PRIORITY = "NONE:+VERS-TLS{version}:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:+CTYPE-X509:"

    def suites(self, version):
        out = subprocess.run(["gnutls-cli", "--list", "--priority", "NORMAL:+AES-128-CCM:+AES-256-CCM:+AES-128-CCM-8:+AES-256-CCM-8:+CAMELLIA-128-CBC:+CAMELLIA-256-CBC:"
            "+CAMELLIA-128-GCM:+CAMELLIA-256-GCM:+DHE-RSA:+RSA:+3DES-CBC"], capture_output=True, text=True).stdout
        names = re.findall(r"^(TLS_\S+)\s+0x\S+, 0x\S+\s+(\S+)", out, re.M)
        return [n for n, v in names if (v == "TLS1.3") == (version == "1.3") and "PSK" not in n and "ANON" not in n and "SRP" not in n]

    @staticmethod
    def priority(suite, version):
        m = re.match(r"TLS_(?:(\w+?)_)??(AES|CAMELLIA|CHACHA20|3DES|ARCFOUR|GOST\w*)_(.+)$", suite)
        kx, rest = m[1], suite[len("TLS_") + (len(m[1]) + 1 if m[1] else 0):]
        rest = rest.replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305").replace("CHACHA20_POLY1305", "CHACHA20-POLY1305")
        parts = rest.split("_")
        mac = "AEAD"
        if parts[-1].startswith("SHA"):
            mac = parts.pop()
        aead = any(x in rest for x in ("GCM", "CCM", "CHACHA"))
        cipher = "-".join(parts).replace("3DES-EDE-CBC", "3DES-CBC")
        return GnuTls.PRIORITY.format(version=version) + f"+{cipher}:+{'AEAD' if aead else mac}" + (f":+{kx.replace('_', '-')}" if kx else ":+ECDHE-RSA")

    def talk(self, case, port):
        env = dict(os.environ, SSLKEYLOGFILE=case.log)
        for n, relay in enumerate(case.relays()):
            argv = ["gnutls-cli", "--insecure", "--priority", self.priority(case.suite, case.version), "-p", str(relay.port), HOST,
                "--sni-hostname", "mx.example.net"] + ([] if case.implicit else ["--starttls-proto", "smtp"])
            talk = Talk(argv, env)
            talk.wait_for(b"- Handshake was completed" if case.implicit else b"Handshake was completed")
            yield by_lines(talk, case.implicit, end=b"\r\n"), False
            relay.done()


class Curl:
    name = "curl"

    def suites(self, version):
        return openssl_suites(version)

    def talk(self, case, port):
        mail = case.path + ".mail"
        open(mail, "wb").write(HEAD + BODY)
        for relay in case.relays():
            argv = ["curl", "-sv", "--insecure", "--mail-from", SENDER, "--mail-rcpt", TO, "--upload-file", mail, "--tlsv1." + case.version[2], "--tls-max", case.version]
            argv += ["--tls13-ciphers", case.suite] if case.version == "1.3" else ["--ciphers", case.suite + ":@SECLEVEL=0"]
            argv += [f"smtps://{HOST}:{relay.port}/client.example.org"] if case.implicit else ["--ssl-reqd", f"smtp://{HOST}:{relay.port}/client.example.org"]
            run = subprocess.run(argv, capture_output=True, timeout=60, env=dict(os.environ, SSLKEYLOGFILE=case.log))
            replies, got = [], []
            for line in run.stderr.decode(errors="replace").splitlines():
                if re.match(r"< \d{3}[ -]", line):
                    got.append(line[2:])
                    if line[5] == " ":
                        replies, got = replies + [got], []
            relay.done()
            yield replies if case.implicit else replies[3:], False


class Swaks:
    name = "swaks"
    # Stands before the real Net::SSLeay on Perl's path, loads that, and has each context write its secrets.
    MODULE = """package Net::SSLeay; no warnings;
for my $dir (@INC) {
	next if $dir eq $ENV{PEERS_DIR} || !-e "$dir/Net/SSLeay.pm";
	do "$dir/Net/SSLeay.pm";
	last;
}
for my $new (qw(CTX_new CTX_tlsv1_2_new CTX_tlsv1_new CTX_v23_new)) {
	my $was = \\&{"Net::SSLeay::$new"};
	*{"Net::SSLeay::$new"} = sub {
		my $ctx = $was->(@_);
		Net::SSLeay::CTX_set_keylog_callback($ctx, sub { open(my $f, '>>', $ENV{PEERS_KEYLOG}); print $f "$_[1]\\n"; close $f });
		Net::SSLeay::CTX_set_ciphersuites($ctx, $ENV{PEERS_SUITE}) if $ENV{PEERS_SUITE};
		$ctx;
	};
}
1;
"""

    def suites(self, version):
        return openssl_suites(version)

    def talk(self, case, port):
        folder = os.path.dirname(case.path)
        os.makedirs(f"{folder}/perl/Net", exist_ok=True)
        open(f"{folder}/perl/Net/SSLeay.pm", "w").write(self.MODULE)
        mail = case.path + ".mail"
        open(mail, "wb").write((HEAD + BODY).replace(b"\r\n", b"\n"))
        env = dict(os.environ, PERL5LIB=f"{folder}/perl", PEERS_DIR=f"{folder}/perl", PEERS_KEYLOG=case.log,
            PEERS_SUITE=case.suite if case.version == "1.3" else "")
        for relay in case.relays():
            argv = ["swaks", "--server", HOST, "--port", str(relay.port), "--helo", "client.example.org", "--from", SENDER, "--to", TO, "--data", "@" + mail,
                "--tls-protocol", "tlsv1_" + case.version[2], "--tls-on-connect" if case.implicit else "--tls", "--suppress-data", "--timeout", "15s"]
            argv += ["--tls-cipher", case.suite + ":@SECLEVEL=0"] if case.version == "1.2" else []
            run = subprocess.run(argv, capture_output=True, timeout=60, env=env)
            replies, got = [], []
            for line in run.stdout.decode(errors="replace").splitlines():
                if m := re.match(r"<[~*][~*]?\s+(\d{3}[ -].*)|<~\s+(\d{3}.*)", line):
                    got.append(m[1] or m[2])
                    if got[-1][3] == " ":
                        replies, got = replies + [got], []
            relay.done()
            yield replies, False


def openssl_suites(version):
    names = "ALL:!PSK:!SRP:!aNULL:!eNULL:!ARIA:!aDSS:@SECLEVEL=0"
    out = subprocess.run(["openssl", "ciphers", "-s", "-tls1_3" if version == "1.3" else "-tls1_2",
        *(["-ciphersuites", ":".join(SUITES13)] if version == "1.3" else []), names], capture_output=True, text=True).stdout.strip()
    return SUITES13 if version == "1.3" else [n for n in out.split(":") if not n.startswith("TLS_")]


SUITES13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]


# ---- cases ----

class Case:
    def __init__(self, where, client, server, version, suite, implicit, again, updates):
        self.client, self.server, self.version, self.suite, self.implicit = client, server, version, suite, implicit
        self.rounds, self.updates = 2 if again else 1, updates
        self.name = f"{client.name}-{server.name}-{version}-{suite}{'-implicit' if implicit else ''}{'-updates' if updates else ''}"
        self.path, self.log = f"{where}/{self.name}", f"{where}/{self.name}.keys"
        self.captures = []
        open(self.log, "a").close()

    def relays(self):
        for n in range(self.rounds):
            path = f"{self.path}{'-again' if n else ''}.pcap"
            self.captures.append(path)
            self.relay = Relay(path, 465 if self.implicit else 587, self.server.wrapped if self.implicit else self.server.plain)
            yield self.relay


def judge(binary, case, path, replies, resumed):
    run = subprocess.run([binary, "log", "-q", "-e", "exchange,transaction,tls,message", "-r", path, "-k", case.log], capture_output=True)
    ev = [json.loads(l) for l in run.stdout.splitlines()]
    tls = [e for e in ev if e["event"] == "tls"]
    inside = [e for e in ev if e["event"] == "exchange"]
    clear = 0 if case.implicit else next((i + 1 for i, e in enumerate(inside) if e["verb"] == "STARTTLS"), 0)
    got = [[f"{e.get('code')}{'-' if i + 1 < len(e['text']) else ' '}{t}" for i, t in enumerate(e["text"])] for e in inside[clear:]]
    faults = []
    if len(tls) != 1 or not tls[0]["established"] or not tls[0]["decrypted"]:
        faults.append(f"tls {tls}")
    elif resumed is not None and bool(tls[0].get("resumed")) != bool(resumed):
        faults.append(f"resumed {tls[0].get('resumed')}, the client says {resumed}")
    if case.client.name == "curl" and got and got[-1][0].startswith("221"): # it does not wait for that one
        got = got[:len(replies)]
    if got != replies:
        faults.append(f"replies {got} where the client saw {replies}")
    tx = [e for e in ev if e["event"] == "transaction"]
    if len(tx) != 1 or tx[0]["outcome"] != "accepted" or tx[0].get("mail_from") != SENDER or [r["rcpt_to"] for r in tx[0]["recipients"]] != [TO]:
        faults.append(f"transactions {tx}")
    parts = [p for e in ev if e["event"] == "message" for p in e["parts"]]
    if [p.get("sha256") for p in parts] != [hashlib.sha256(BODY).hexdigest()] and not (case.client.name == "swaks" and len(parts) == 1):
        faults.append(f"message {parts}")
    return faults, bool(tls and tls[0].get("resumed"))


# ---- early data, by OpenSSL on both ends ----

def early_data(binary, where):
    """The client says EHLO before the handshake is over; s_server's pipes are the mail server."""
    faults, sess, log = [], f"{where}/early.sess", f"{where}/early.keys"
    server = Talk(["openssl", "s_server", "-accept", f"{HOST}:7465", "-cert", f"{where}/rsa.pem", "-key", f"{where}/rsa.pem", "-tls1_3", "-crlf",
        "-early_data", "-max_early_data", "16384", "-num_tickets", "1"])
    until(lambda: answers(7465)) and time.sleep(0.3)
    early = f"{where}/early.txt"
    open(early, "w").write("ehlo client.example.org\r\n")
    replies = []
    for n in (0, 1):
        path = f"{where}/early{n}.pcap"
        relay = Relay(path, 465, 7465)
        argv = ["openssl", "s_client", "-connect", f"{HOST}:{relay.port}", "-crlf", "-keylogfile", log, "-tls1_3", "-sess_in" if n else "-sess_out", sess]
        client = Talk(argv + (["-early_data", early] if n else []))
        client.wait_for(b"Verify return code")
        server.say(b"220 mx.example.net ESMTP\n")
        replies = [client.reply()]
        for i, c in enumerate(["ehlo client.example.org", "mail from:<a@example.org>", "quit"]):
            if not (n and i == 0):
                client.say(c.encode() + b"\n")
                time.sleep(0.1)
            server.say((b"250 ok %d\n", b"250 ok %d\n", b"221 ok %d\n")[i] % i)
            replies.append(client.reply())
        time.sleep(0.2)
        client.end()
        relay.done()
    server.p.kill()
    run = subprocess.run([binary, "log", "-q", "-e", "exchange,tls", "-r", path, "-k", log], capture_output=True)
    ev = [json.loads(l) for l in run.stdout.splitlines()]
    verbs = [e["verb"] for e in ev if e["event"] == "exchange" and e["verb"] != "CONNECT"]
    tls = next((e for e in ev if e["event"] == "tls"), {})
    if not tls.get("early_data") or not tls.get("decrypted") or not tls.get("resumed"):
        faults.append(f"tls {tls}")
    if verbs != ["EHLO", "MAIL", "QUIT"]:
        faults.append(f"commands {verbs}, replies {replies}: {ev}")
    return faults


def cases(where, clients, servers):
    for client in clients:
        for server in servers:
            for version in ("1.3", "1.2"):
                for n, suite in enumerate(client.suites(version)):
                    again = client.name in ("python", "openssl")
                    yield Case(where, client, server, version, suite, n % 2 == 1, again, client.name == "openssl" and version == "1.3")


def run_case(binary, case):
    """(opened, faults); opened None: the two have no suite in common."""
    faults, marks = [], []
    try:
        for n, (replies, resumed) in enumerate(case.client.talk(case, None)):
            if not replies and handshake_refused(binary, case):
                return None, []
            case.relay.done() # all of it is written
            bad, was = judge(binary, case, case.captures[n], replies, resumed)
            faults += bad
            marks.append("resumed" if was else "whole")
    except (TimeoutError, OSError, ssl.SSLError, subprocess.SubprocessError) as e:
        if not marks and handshake_refused(binary, case):
            return None, []
        faults.append(f"{type(e).__name__}: {e}")
    if not marks and not faults:
        return None, []
    return marks, faults


def handshake_refused(binary, case):
    case.relay.done()
    for path in case.captures:
        run = subprocess.run([binary, "log", "-q", "-e", "tls", "-r", path, "-k", case.log], capture_output=True)
        for l in run.stdout.splitlines():
            if not json.loads(l)["established"]:
                return True
    return False


def inside(args):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    bad = opened = left_out = 0
    counts = {}
    with tempfile.TemporaryDirectory() as tmp:
        where = args.keep or tmp
        os.makedirs(where, exist_ok=True)
        work = f"{tmp}/servers"
        os.mkdir(work)
        for d in (tmp, work):
            os.chmod(d, 0o755)
        certificates(work)
        for f in ("rsa.pem", "ec.pem"):
            shutil.copy(f"{work}/{f}", where)
        servers, clients = [], []
        for kind in (Postfix, Exim):
            try:
                server = kind(work)
                if until(lambda: answers(server.plain)):
                    servers.append(server)
                else:
                    print(f"{kind.name} does not answer, left out: {open(work + '/exim.err').read()[:300] if kind is Exim else ''}")
            except (FileNotFoundError, subprocess.SubprocessError) as e:
                print(f"left out: {e}")
        for kind, program in ((Python, "python3"), (OpenSsl, "openssl"), (GnuTls, "gnutls-cli"), (Curl, "curl"), (Swaks, "swaks")):
            if shutil.which(program):
                clients.append(kind())
            else:
                print(f"left out: {program} is not installed")
        try:
            for case in cases(where, clients, servers):
                if args.pattern and not fnmatch.fnmatch(case.name, args.pattern):
                    continue
                marks, faults = run_case(args.bin, case)
                if marks is None:
                    left_out += 1
                    continue
                print(f"{'BAD' if faults else 'ok '} {case.name} {' '.join(marks)}", *[f[:700] for f in faults[:3]], sep="\n      " if faults else " ")
                bad += bool(faults)
                opened += len(marks) if not faults else 0
                key = f"{case.client.name} to {case.server.name}, TLS {case.version}"
                counts[key] = counts.get(key, 0) + len(marks) * (not faults)
            if shutil.which("openssl") and (not args.pattern or fnmatch.fnmatch("early-data", args.pattern)):
                faults = early_data(args.bin, where)
                print(f"{'BAD' if faults else 'ok '} early-data", *faults)
                bad, opened = bad + bool(faults), opened + (not faults)
        finally:
            for server in servers:
                server.stop()
    for key, n in counts.items():
        print(f"{n:5} {key}")
    print(f"{opened} dialogues opened, {bad} cases bad, {left_out} pairs without a common suite")
    return bad > 0


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", default="build/smtpscope")
    ap.add_argument("--keep", help="leave captures and key logs there")
    ap.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    ap.add_argument("pattern", nargs="?", help="names of cases, as a glob")
    args = ap.parse_args()
    if args.inside:
        sys.exit(inside(args))
    if os.geteuid() != 0:
        sys.exit("tls_peers: namespaces need root; run it as root")
    sys.exit(subprocess.run(["unshare", "--net", "--mount", "--propagation", "private", sys.executable, __file__, "--inside", *sys.argv[1:]]).returncode)


if __name__ == "__main__":
    main()
