#!/usr/bin/env python3
"""Peak memory under very many connections: floods.py BUILD [SHARE]

Makes the captures of bench/gen_flood.py, SHARE of the full size (default 1), reads each, and compares what the system says was
the peak with a limit, and the sessions told with those that must be.  Ends with 1 when anything differs."""
import collections
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = 36  # MB: the program, its tables, rings and buffers
# Kind, connections, options, MB at full size beyond BASE, whether these grow with the connections, how sessions must end.
ROWS = (
    ("syn", 2_000_000, (), 0, False, {}),
    ("half", 1_000_000, (), 140, False, {}),              # the table of connections holds 122,000 of them
    ("half", 1_000_000, ("--mem", "4G"), 930, True, {}),  # and this one all
    ("guarded", 300_000, ("--mem", "32M"), 12, False, {"quit": 1}),
    ("sessions", 100_000, ("--mem", "2G"), 815, True, {"quit": 100_000}),
)


def peak(command):
    """Peak in MB, and how sessions ended."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ends = collections.Counter(json.loads(line)["end_by"] for line in child.stdout)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"floods: status {status} of {' '.join(command)}")
    return usage.ru_maxrss / 1024, dict(ends)


def main():
    program, share = os.path.join(sys.argv[1], "smtpscope"), float(sys.argv[2]) if len(sys.argv) > 2 else 1
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        for kind, count, options, more, grows, ends in ROWS:
            n = int(count * share)
            path = os.path.join(work, f"{kind}.pcap")
            if not os.path.exists(path):
                subprocess.run([sys.executable, os.path.join(HERE, "bench", "gen_flood.py"), kind, str(n), path], check=True)
            limit = BASE + more * (share if grows else 1)
            ends = {k: v if v == 1 else int(v * share) for k, v in ends.items()}
            memory, got = peak([program, "log", "-q", "-e", "session", *options, "-r", path])
            good = memory <= limit and got == ends
            wrong += not good
            print(f"floods: {kind} {n} {' '.join(options)}: {memory:.0f} MB of {limit:.0f}, sessions {got or 'none'}"
                  f"{'' if good else f' instead of {ends}: WRONG'}")
    return wrong != 0


sys.exit(main())
