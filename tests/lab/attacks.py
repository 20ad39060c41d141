#!/usr/bin/env python3
"""attacks.py --out DIR [NAME]... - captures of attackers' tools at work on a real Postfix, with honest mail in between.

Needs root, Postfix and the packages hydra, nmap, masscan, swaks, curl, tcpdump, sasl2-bin and libsasl2-modules of Debian 12.
Makes two network namespaces and removes them.  The truth: the findings that are due, and what Postfix logged of failed
logins and refused commands.
"""
import argparse
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import own_postfix

SERVER, ATTACKER, SCANNER, HONEST = "192.0.2.25", "198.51.100.66", "198.51.100.67", "198.51.100.20"
USERS = "root admin alice bob carol test info sales backup postmaster www oracle guest mail support".split()
PASSWORDS = ["123456", "password", "admin", "letmein", "summer2026"]
MAIN = """inet_interfaces = all
mynetworks = 127.0.0.0/8
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = example.net
smtpd_peername_lookup = no
local_recipient_maps = inline:{{ {{ alice = x }}, {{ bob = x }}, {{ carol = x }}, {{ postmaster = x }} }}
smtpd_recipient_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_error_sleep_time = 0s
smtpd_tls_cert_file = {work}/cert.pem
smtpd_tls_key_file = {work}/key.pem
smtpd_tls_security_level = may
"""
MASTER = """submission inet n - n - - smtpd
smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
"""
POST = "EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<alice@example.net>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n"
TALK = r'exec 3<>/dev/tcp/%s/25; printf "%s" >&3; timeout 3 cat <&3'

# Name, what it is, command, findings that are due: detector, subject, severity at least.
SCENES = (
    ("hydra-login", "five passwords for each of fifteen users, one of which is right",
     ["hydra", "-I", "-L", "{work}/users", "-P", "{work}/passwords", "-t", "4", "smtp://{host}/LOGIN"],
     [("auth_guessing", ATTACKER, "high"), ("auth_success_after_failures", "alice", "critical"), ("helo_bot", ATTACKER, "high")]),
    ("hydra-plain", "24 wrong passwords of one user, then the right one",
     ["hydra", "-I", "-l", "alice", "-P", "{work}/many", "-t", "1", "smtp://{host}/PLAIN"],
     [("auth_guessing", ATTACKER, "high"), ("auth_success_after_failures", "alice", "critical")]),
    ("hydra-cram", "25 wrong passwords by CRAM-MD5",
     ["hydra", "-I", "-l", "bob", "-P", "{work}/many", "-t", "2", "smtp://{host}/CRAM-MD5"], [("auth_guessing", ATTACKER, "high")]),
    ("hydra-vrfy", "fifteen users by VRFY", ["hydra", "-I", "-L", "{work}/users", "-p", "example.net", "-t", "2", "smtp-enum://{host}/VRFY"],
     [("vrfy_expn", ATTACKER, "low")]),
    ("hydra-rcpt", "fifteen users by RCPT", ["hydra", "-I", "-L", "{work}/users", "-p", "example.net", "-t", "2", "smtp-enum://{host}/RCPT"],
     [("recipient_harvest", ATTACKER, "medium")]),
    ("nmap-brute", "89 guesses by nmap's smtp-brute",
     ["nmap", "-Pn", "-n", "-p", "25", "--script", "smtp-brute", "--script-args", "userdb={work}/users,passdb={work}/passwords", "{host}"],
     [("auth_guessing", ATTACKER, "high"), ("auth_success_after_failures", "alice", "critical"), ("helo_bot", ATTACKER, "high"),
      ("auth_spray", ATTACKER, "high")]),
    ("nmap-relay", "nmap's sixteen tests for an open relay", ["nmap", "-Pn", "-n", "-p", "25", "--script", "smtp-open-relay", "{host}"],
     [("relay_probe", ATTACKER, "low"), ("helo_bot", ATTACKER, "high")]),
    ("nmap-scripts", "all of nmap's scripts for SMTP, and its search for versions",
     ["nmap", "-Pn", "-n", "-sV", "-p", "25,587", "--script", "smtp-* and not brute", "{host}"],
     [("helo_bot", ATTACKER, "high"), ("vrfy_expn", ATTACKER, "low"), ("relay_probe", ATTACKER, "low")]),
    ("masscan", "a banner of two mail ports, by a TCP of masscan's own",
     ["timeout", "12", "masscan", "--banners", "-p25,587", "{host}", "--adapter", "wire", "--adapter-ip", SCANNER, "--router-mac",
      "{mac}", "--rate", "50", "--wait", "2"], [("helo_bot", SCANNER, "high")]),
    ("curl-post", "HTTP whose body is a mail", ["curl", "-s", "-m", "5", "--data-binary", POST, "http://{host}:25/"],
     [("non_smtp_protocol", ATTACKER, "medium")]),
    ("injection", "a command behind STARTTLS",
     ["bash", "-c", TALK % ("{host}", r"EHLO a.example\r\nSTARTTLS\r\nMAIL FROM:<a@b.example>\r\n")],
     [("starttls_injection", ATTACKER, "high")]),
    ("expansion", "a command of Exim's in the address of a recipient",
     ["swaks", "--server", "{host}", "--helo", "a.example", "--from", "a@b.example", "--to",
      r"root+${{run{{\x2Fbin\x2Ftouch\t\x2Ftmp\x2Fx}}}}@example.net"], [("exploit", ATTACKER, "high")]),
)


def run(*words, **more):
    return subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


class Site:
    """Server and clients in namespaces of their own, with a wire between them."""

    def __init__(self):
        self.server, self.client = "attacked%d" % os.getpid(), "attacker%d" % os.getpid()

    def make(self):
        for name in self.server, self.client:
            run("ip", "netns", "add", name)
        run("ip", "-n", self.server, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", self.client)
        for name, addresses in ((self.server, [SERVER]), (self.client, [ATTACKER, HONEST])):
            for address in addresses:
                run("ip", "-n", name, "address", "add", address + "/24", "dev", "wire")
            for device in "lo", "wire":
                run("ip", "-n", name, "link", "set", device, "up")
            run("ip", "-n", name, "route", "add", "default", "dev", "wire")
            run("ip", "netns", "exec", name, sys.executable, os.path.join(HERE, "offload.py"), "wire")
        self.mac = self.hardware(self.server)
        run("ip", "-n", self.server, "neighbour", "replace", SCANNER, "lladdr", self.hardware(self.client), "dev", "wire")

    @staticmethod
    def hardware(name):
        shown = subprocess.run(["ip", "-j", "-n", name, "link", "show", "wire"], check=True, capture_output=True)
        return json.loads(shown.stdout)[0]["address"]

    def close(self):
        for name in self.server, self.client:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)


def prepare(work):
    for name, words in (("users", USERS), ("passwords", PASSWORDS), ("many", ["wrong%d" % i for i in range(24)] + ["summer2026"])):
        with open(os.path.join(work, name), "w") as out:
            out.write("\n".join(words) + "\n")
    for user, password in (("alice", "summer2026"), ("bob", "hunter2"), ("carol", "x9!kdL")):
        run("saslpasswd2", "-p", "-c", "-u", "example.net", "-f", work + "/sasldb2", user, input=password.encode())
    shutil.chown(work + "/sasldb2", "postfix")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", work + "/key.pem", "-out", work + "/cert.pem", "-days",
        "3650", "-subj", "/CN=mx.example.net")


def serve(work):
    """Inside the server's namespaces: the users' passwords lie where SASL looks for them."""
    if not os.path.exists("/etc/sasldb2"):
        open("/etc/sasldb2", "w").close()
    run("mount", "--bind", work + "/sasldb2", "/etc/sasldb2")
    os.mkdir(work + "/postfix")
    os.chmod(work, 0o755)
    own_postfix.Postfix(work + "/postfix", MAIN.replace("{work}", work), MASTER).start()


def honest(site):
    run("ip", "netns", "exec", site.client, "swaks", "--server", SERVER, "--local-interface", HONEST, "--helo", "mail.friends.example",
        "--from", "dora@friends.example", "--to", "bob@example.net")


def record(scene, site, work, out):
    name, about, command, due = scene
    log = work + "/postfix/log"
    with open(log) as file:
        before = len(file.read())
    dump = subprocess.Popen(["ip", "netns", "exec", site.client, "tcpdump", "--immediate-mode", "-i", "wire", "-s", "0", "-U", "-n",
                             "-Z", "root", "-w", "%s/%s.pcap" % (out, name), "tcp"], stderr=subprocess.DEVNULL)
    time.sleep(1)
    honest(site)
    words = [word.format(work=work, host=SERVER, mac=site.mac) for word in command]
    subprocess.run(["ip", "netns", "exec", site.client, "timeout", "100", *words], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    honest(site)
    time.sleep(1)
    dump.send_signal(signal.SIGINT)
    dump.wait(10)
    with open(log) as file:
        lines = file.read()[before:]
    counts = collections.Counter(map("".join, re.findall(r"SASL \S+ (authentication failed)|NOQUEUE: (reject: \w+)", lines)))
    truth = {"scenario": name, "description": about, "home": "192.0.2.0/24,example.net", "honest": HONEST,
             "logged": dict(sorted(counts.items())), "findings": [dict(zip(("detector", "subject", "severity"), f)) for f in due]}
    with open("%s/%s.truth.json" % (out, name), "w") as file:
        json.dump(truth, file, indent=1)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if args.serve:
        return serve(args.serve)
    site = Site()
    try:
        site.make()
        with tempfile.TemporaryDirectory() as work:
            prepare(work)
            run("ip", "netns", "exec", site.server, "unshare", "-m", sys.executable, os.path.abspath(__file__), "--out", args.out,
                "--serve", work)
            with open(work + "/postfix/spool/pid/master.pid") as file:
                master = int(file.read())
            time.sleep(1)
            for scene in SCENES:
                if not args.names or scene[0] in args.names:
                    record(scene, site, work, args.out)
            os.kill(master, signal.SIGTERM)
            time.sleep(1)
    finally:
        site.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
