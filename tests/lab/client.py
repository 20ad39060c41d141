#!/usr/bin/env python3
"""client.py SERVER SCENARIO [KEYLOG] - plays one scenario of scenarios.py and prints what the client saw, as JSON.

The client does what it is told and nothing else: it may pipeline, break off, reset, or speak out of turn.  It runs in
the client's network namespace; run.py starts it.
"""
import base64
import hmac
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time

import scenarios
from sites import SITES

PATIENCE_S = 30


def b64(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


class Client:
    def __init__(self, site, keys=None):
        self.site, self.keys = site, keys
        self.domain = site.domain
        self.commands, self.replies, self.transcript = [], [], []
        self.sock, self.rest = None, b""

    def to(self, *users):
        return [f"{u}@{self.domain}" for u in users]

    # --- the connection

    def connect(self, port=25, source="192.0.2.10"):
        self.sock = socket.create_connection((self.site.address, port), PATIENCE_S, (source, 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.note(f"connected to {self.site.address}:{port} from port {self.sock.getsockname()[1]}")

    def hello(self, port=25, source="192.0.2.10", name="cli.client.example"):
        self.connect(port, source)
        code, _ = self.reply()
        if code == 220:
            self.ask(f"EHLO {name}")
        return code

    def starttls(self, version=None, verify=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if version:
            context.minimum_version = context.maximum_version = version
        if self.keys:
            context.keylog_filename = self.keys
        code, _ = self.ask("STARTTLS")
        if code != 220:
            return False
        self.sock = context.wrap_socket(self.sock, server_hostname=self.site.host)
        self.note(f"encrypted: {self.sock.version()} {self.sock.cipher()[0]}")
        return True

    def reset(self, where):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        self.note(f"reset by client {where}")

    def close(self, where):
        self.sock.close()
        self.note(f"closed by client {where}")

    # --- faults

    def rule(self, rule):
        """What the server's end of the wire does to packets, behind the capture."""
        text = f"flush ruleset\ntable ip lab {{\nchain in {{ type filter hook input priority 0;\n{rule}\n}}\n}}\n"
        subprocess.run(["nsenter", f"--net=/run/netns/srv-{self.site.name}", "nft", "-f", "-"], input=text.encode(), check=True)
        self.note("fault: " + rule)

    def stop_server(self, seconds):
        """Stops the server's processes that may serve this client; a helper lets them go on."""
        pids = [int(p) for p in os.listdir("/proc") if p.isdigit() and self.is_daemon(p)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        self.note(f"stopped for {seconds} s")
        if os.fork() == 0:
            time.sleep(seconds)
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            os._exit(0)

    @staticmethod
    def is_daemon(pid):
        try:
            with open(f"/proc/{pid}/comm") as f:
                return f.read().strip() == "smtpd"
        except OSError:
            return False

    def wait(self, seconds):
        time.sleep(seconds)

    # --- commands and replies

    def note(self, text):
        self.transcript.append("== " + text)

    def write(self, *lines, tail=b""):
        """Sends lines in one write: that is pipelining."""
        self.sock.sendall("".join(l + "\r\n" for l in lines).encode() + tail)
        for line in lines:
            self.commands.append(line)
            self.transcript.append("-> " + line)

    def ask(self, line):
        self.write(line)
        return self.reply()

    def line(self):
        while b"\r\n" not in self.rest:
            more = self.sock.recv(4096)
            if not more:
                return None
            self.rest += more
        line, self.rest = self.rest.split(b"\r\n", 1)
        text = line.decode(errors="replace")
        self.transcript.append("<- " + text)
        return text

    def reply(self, count=1):
        """Reads that many replies; gives code and text of the last.  Code 0: the server has hung up."""
        code, text = 0, ""
        for _ in range(count):
            text = self.line()
            while text is not None and text[3:4] == "-":
                text = self.line()
            if text is None:
                self.note("closed by server")
                return 0, ""
            code = int(text[:3])
            self.replies.append(code)
        return code, text

    def mail(self, sender, recipients, parameters=""):
        """MAIL and RCPTs, each after the other's reply; gives the codes of the RCPT replies."""
        self.ask(f"MAIL FROM:<{sender}>" + parameters)
        return [self.ask(f"RCPT TO:<{r}>")[0] for r in recipients]

    def body(self, text):
        """Sends a message without its end."""
        stuffed = b"".join(b"." + l if l.startswith(b".") else l for l in text.splitlines(keepends=True))
        self.sock.sendall(stuffed)
        self.commands.append(f"[{len(stuffed)} bytes]")
        self.transcript.append(f"-> [{len(stuffed)} bytes]")

    def message(self, text):
        """DATA, the message, the end dot, and the verdict."""
        code, _ = self.ask("DATA")
        if code != 354:
            return code
        self.body(text)
        return self.ask(".")[0]

    def chunk(self, text, last=False):
        self.write(f"BDAT {len(text)}" + (" LAST" if last else ""), tail=text)
        self.transcript.append(f"-> [{len(text)} bytes]")
        return self.reply()[0]

    def quit(self):
        self.ask("QUIT")
        self.sock.close()

    # --- AUTH

    def auth_plain(self, user, password):
        return self.ask("AUTH PLAIN " + b64(f"\0{user}\0{password}"))[0]

    def auth_login(self, user, password):
        if self.ask("AUTH LOGIN")[0] == 334 and self.ask(b64(user))[0] == 334:
            return self.ask(b64(password))[0]
        return 0

    def auth_cram(self, user, password):
        code, text = self.ask("AUTH CRAM-MD5")
        if code != 334:
            return code
        digest = hmac.new(password.encode(), base64.b64decode(text[4:]), "md5").hexdigest()
        return self.ask(b64(f"{user} {digest}"))[0]


def main():
    site, scenario = SITES[sys.argv[1]], scenarios.find(sys.argv[2])
    keys = sys.argv[3] if len(sys.argv) > 3 else None
    client = Client(site, keys)
    try:
        scenario.play(client)
    except (OSError, ssl.SSLError) as e:
        client.note(f"{type(e).__name__}: {e}")
    json.dump({"commands": client.commands, "replies": client.replies, "transcript": client.transcript}, sys.stdout)
    if keys and os.path.exists(keys) and os.path.getsize(keys) == 0:
        os.unlink(keys)


if __name__ == "__main__":
    main()
