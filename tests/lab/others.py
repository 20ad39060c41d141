#!/usr/bin/env python3
"""others.py --modules DIR --out DIR - captures of servers that Debian does not bring: Haraka and nodemailer's smtp-server.

DIR of --modules is where `npm install haraka@3.3.4 smtp-server nodemailer` was run.  Runs as root: it makes a network
namespace of its own, where servers and clients meet on loopback.  The truth is what the servers noted for each recipient.
"""
import argparse
import json
import os
import random
import re
import signal
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__)) + "/others/"
SERVER = "192.0.2.51"
KINDS = ["ok", "ok", "ok", "nouser", "later", "spam", "busy"]
CODES = {2: "accepted", 4: "tempfailed", 5: "rejected"}


def client(keys):
    context = ssl._create_unverified_context()
    context.keylog_filename = keys
    return context


class Player:
    """Sends mail with Python's smtplib, swaks and curl; the addresses say what shall become of them."""

    def __init__(self, keys):
        self.random, self.count, self.tls = random.Random(7), 0, client(keys)

    def address(self):
        self.count += 1
        return f"{self.random.choice(KINDS)}.{self.count}@example.org"

    def body(self):
        line = self.random.choice(["hello\r\n", ".dot\r\n..two\r\n", "x" * 70 + "\r\n"])
        return (f"From: <me@example.net>\r\nSubject: {self.count}\r\nMessage-ID: <{self.count}@example.net>\r\n\r\n"
                + line * self.random.choice([1, 5, 200]))

    def smtplib(self, port, starttls=False, login=None):
        kind = smtplib.SMTP_SSL if port == 465 else smtplib.SMTP
        with kind(SERVER, port, local_hostname="cli.example.net", timeout=20,
                  **({"context": self.tls} if port == 465 else {})) as smtp:
            if starttls:
                smtp.starttls(context=self.tls)
            if login:
                try:
                    smtp.login("alice", login)
                except smtplib.SMTPAuthenticationError:
                    pass
            for _ in range(self.random.randint(1, 3)):
                try:
                    smtp.sendmail("me@example.net", [self.address() for _ in range(self.random.randint(1, 4))], self.body())
                except smtplib.SMTPException:
                    pass

    def swaks(self, port, *options):
        to = ",".join(self.address() for _ in range(3))
        subprocess.run(["swaks", "--server", f"{SERVER}:{port}", "--helo", "swaks.example.net", "--from", "s@example.net",
                        "--to", to, "--silent", "3", "--timeout", "20", *options], stdout=subprocess.DEVNULL)

    def curl(self, port):
        to = [w for _ in range(3) for w in ("--mail-rcpt", self.address())]
        subprocess.run(["curl", "-sS", "--max-time", "20", f"smtp://{SERVER}:{port}/curl.example.net", "--mail-from",
                        "c@example.net", "--mail-rcpt-allowfails", *to, "-T", "-"], input=self.body().encode(),
                       stderr=subprocess.DEVNULL)


def play_haraka(player, node):
    for _ in range(3):
        player.smtplib(25)
        player.smtplib(25, starttls=True)
        player.swaks(25, "--pipeline")
        player.curl(25)
    node("pool.js", SERVER, "25", "plain")
    node("pool.js", SERVER, "25", "tls")


def play_nodemailer(player, node):
    for login in (None, "right", "wrong"):
        player.smtplib(25)
        player.smtplib(587, starttls=True, login=login)
        player.smtplib(465, login=login)
        player.swaks(25, "--pipeline")
        player.swaks(2525, "--protocol", "LMTP")
        player.curl(25)
    node("pool.js", SERVER, "25", "plain")
    node("pool.js", SERVER, "587", "tls")


def haraka(work, env):
    home = work + "/haraka"
    subprocess.run(["node", "node_modules/haraka/bin/haraka", "-i", home], cwd=env["MODULES"], check=True,
                   stdout=subprocess.DEVNULL)
    for name, text in (("plugins", "tls\nverdicts\n"), ("smtp.ini", f"listen={SERVER}:25\nnodes=0\n"), ("me", "mx.example.org\n")):
        with open(f"{home}/config/{name}", "w") as file:
            file.write(text)
    for name in ("key", "cert"):
        os.link(f"{work}/{name}.pem", f"{home}/config/tls_{name}.pem")
    os.makedirs(home + "/plugins", exist_ok=True)
    with open(HERE + "verdicts.js") as source, open(home + "/plugins/verdicts.js", "w") as copy:
        copy.write(source.read())
    return ["node_modules/haraka/bin/haraka", "-c", home]


def nodemailer(work, env):
    return [HERE + "sink.js", work + "/cert.pem", work + "/key.pem", env["VERDICTS"]]


RUNS = {
    "haraka-mixed": (haraka, play_haraka, "haraka", "Python, swaks, curl and a pool of nodemailer, in clear and by STARTTLS"),
    "nodemailer-mixed": (nodemailer, play_nodemailer, "smtp-server",
                         "ports 25, 587 and 465, LMTP on 2525; logins right and wrong"),
}


def version(modules, package):
    with open(f"{modules}/node_modules/{package}/package.json") as file:
        return json.load(file)["version"]


def truth(name, about, software, verdicts):
    recipients = []
    with open(verdicts) as file:
        for address, stage, code in map(json.loads, file):
            recipients.append({"server": name.split("-")[0], "stage": stage, "rcpt": address, "code": code,
                               "outcome": "sent" if stage == "delivery" else CODES[code // 100]})
    return {"scenario": name, "description": about, "software": software, "recipients": recipients, "sessions": [],
            "messages": []}


def run(name, modules, out):
    make, play, package, about = RUNS[name]
    with tempfile.TemporaryDirectory() as work:
        env = dict(os.environ, MODULES=modules, NODE_PATH=modules + "/node_modules", VERDICTS=work + "/verdicts")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", work + "/key.pem", "-out",
                        work + "/cert.pem", "-days", "3650", "-subj", "/CN=mx.example.org"], check=True, stderr=subprocess.DEVNULL)
        server_keys, client_keys = work + "/server.keys", work + "/client.keys"
        server = subprocess.Popen(["node", "--tls-keylog=" + server_keys, *make(work, env)], cwd=modules, env=env,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(4)
        dump = subprocess.Popen(["tcpdump", "-i", "lo", "-s", "0", "-U", "-n", "-Z", "root", "-w", f"{out}/{name}.pcap", "tcp"],
                                stderr=subprocess.DEVNULL)
        time.sleep(1)
        play(Player(client_keys), lambda script, *words: subprocess.run(["node", HERE + script, *words], env=env, check=True))
        time.sleep(1)
        dump.send_signal(signal.SIGINT)
        dump.wait(10)
        server.kill()
        server.wait(10)
        with open(server_keys) as file, open(f"{out}/{name}.keys", "w") as keys:
            keys.writelines(sorted(line for line in file if re.match(r"[A-Z_0-9]+ ", line)))
        result = truth(name, about, {p: version(modules, p) for p in (package, "nodemailer")}, env["VERDICTS"])
    with open(f"{out}/{name}.truth.json", "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.inside:
        again = [sys.executable, os.path.abspath(__file__), "--inside", "--modules", os.path.abspath(args.modules), "--out",
                 os.path.abspath(args.out)]
        os.execvp("unshare", ["unshare", "-n", *again])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", SERVER + "/32", "dev", "lo"], check=True)
    for name in RUNS:
        run(name, args.modules, args.out)


if __name__ == "__main__":
    main()
