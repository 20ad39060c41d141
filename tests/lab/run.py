#!/usr/bin/env python3
"""run.py --work DIR --out DIR [PATTERN]... - plays the scenarios inside the namespaces that make.sh has built.

Each scenario has a capture of its own: tcpdump starts on the server's interface, the client plays, and when the
server's log has come to rest the capture ends.
"""
import argparse
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time

import scenarios
import servers
import truth

PLAY_S = 90
QUIET_S, SETTLE_S = 0.6, 8
HERE = os.path.dirname(os.path.abspath(__file__))


class Capture:
    """tcpdump on the server's end of the wire, while the `with` block runs."""

    def __init__(self, server, path):
        self.argv = servers.in_ns("srv-" + server, "tcpdump", "-i", "server", "-s", "0", "-U", "-n", "-Z", "root",
                                  "--immediate-mode", "-w", path, "tcp")

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if b"listening on" in line:
                return self
        raise RuntimeError("tcpdump did not start")

    def __exit__(self, *_):
        time.sleep(0.2)
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)


def settled_log(server, before):
    """The log lines since `before`, once no line has come for a moment."""
    until, count, since = time.monotonic() + SETTLE_S, -1, time.monotonic()
    while time.monotonic() < until and time.monotonic() - since < QUIET_S:
        lines = server.log()
        if len(lines) != count:
            count, since = len(lines), time.monotonic()
        time.sleep(0.1)
    return server.log()[before:]


def play_swaks(scenario, site):
    argv = ["swaks", "--server", site.address, "--helo", "cli.client.example", "--from", scenarios.SENDER,
            "--h-Message-Id", f"<{scenario.name}@client.example>", "--h-Date", "Mon, 02 Mar 2026 09:00:00 +0000",
            "--timeout", "30s", *scenario.swaks]
    out = subprocess.run(servers.in_ns("cli-" + site.name, *argv), stdout=subprocess.PIPE, timeout=PLAY_S)
    lines = [l.strip() for l in out.stdout.decode(errors="replace").splitlines()]
    spoken = [l for l in lines if re.match(r"(->|<-|<\*\*|===)", l)]
    codes = [int(m[1]) for l in spoken if (m := re.match(r"<(?:- |\*\*) (\d{3}) ", l))]
    return {"commands": [], "replies": codes, "transcript": spoken}


def play_client(scenario, site, keys):
    argv = ["python3", HERE + "/client.py", site.name, scenario.name, keys]
    out = subprocess.run(servers.in_ns("cli-" + site.name, *argv), stdout=subprocess.PIPE, timeout=PLAY_S)
    return json.loads(out.stdout)


def play(scenario, server, keys):
    if scenario.swaks:
        return play_swaks(scenario, server.site)
    if scenario.play:
        return play_client(scenario, server.site, keys)
    sender, to = "list@example.net", scenarios.LMTP_TO
    server.hand_in(sender, to, scenarios.mail(sender, to, "Minutes"))
    return {"commands": [], "replies": [], "transcript": []}


def clear_faults(server):
    subprocess.run(servers.in_ns("srv-" + server.site.name, "nft", "flush", "ruleset"), check=True)


def record(scenario, server, out, version):
    base = os.path.join(out, scenario.name)
    for old in glob.glob(base + ".*"):
        os.unlink(old)
    before = len(server.log())
    with Capture(server.site.name, base + ".pcap"):
        saw = play(scenario, server, base + ".keys")
        lines = settled_log(server, before)
    known = truth.of(scenario, version, lines, saw, None if scenario.play or scenario.swaks else server.store_log)
    known.update(scenarios.fault_of(scenario))
    clear_faults(server)
    with open(base + ".truth.json", "w") as f:
        json.dump(known, f, indent=1)
        f.write("\n")
    print(f"{scenario.name}: {' '.join(map(str, saw['replies']))}", flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--list", action="store_true")
    ap.add_argument("--work")
    ap.add_argument("--out")
    ap.add_argument("--versions", default="")
    ap.add_argument("patterns", nargs="*")
    args = ap.parse_args()
    chosen = scenarios.matching(args.patterns)
    if args.list:
        print("\n".join(f"{s.name:28} {s.about}" for s in chosen))
        return 0
    if not chosen:
        sys.exit("run.py: no scenario of that name; --list tells them all")
    versions = dict(v.split("=", 1) for v in args.versions.split())
    failed = 0
    for name, kind in servers.KINDS.items():
        mine = [s for s in chosen if s.site == name]
        if not mine:
            continue
        try:
            with kind(args.work, name) as server:
                for s in mine:
                    record(s, server, args.out, versions.get(name, ""))
        except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as e:
            print(f"{name}: {type(e).__name__}: {e}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
