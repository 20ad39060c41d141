#!/usr/bin/env python3
"""Speed and memory of smtpscope against a libpcap loop that does nothing: bench.py [options]

Generates the captures once (gen_bench.py), then measures in alternating rounds: floor, program, floor, program ...  Prints
the least wall time and the least processor time as multiples of the floor's, and the program's peak memory.  Machines are
noisy: quote the ratios, and where others work on the same machine those of processor time.
"""
import argparse
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ["bulk", "chatter", "mixed", "tls", "hostile"]
# Bars: multiple of the floor with the usual number of workers on two cores, and peak memory in MB at full size.
BAR = {"bulk": (1.6, 64), "chatter": (6, 100), "mixed": (1.8, 64), "tls": (1.8, 64), "hostile": (4.5, 200)}


def run(cmd):
    """Wall seconds, processor seconds, and peak memory in MB."""
    with open(os.devnull, "w") as null:
        start = time.monotonic()
        child = subprocess.Popen(cmd, stdout=null, stderr=null)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
    if status:
        sys.exit(f"bench: exit status {status >> 8 or status}: {' '.join(cmd)}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def least(runs, column):
    return min(run[column] for run in runs)


def prepare(args, kind):
    folder = os.path.join(args.build, "bench", f"{args.scale}-{args.seed}")
    pcap = os.path.join(folder, kind + ".pcap")
    if not os.path.exists(os.path.join(folder, kind + ".truth.json")):
        os.makedirs(folder, exist_ok=True)
        print(f"bench: making {pcap}", file=sys.stderr)
        subprocess.run([sys.executable, os.path.join(HERE, "gen_bench.py"), kind, "--out", folder, "--scale",
                        str(args.scale), "--seed", str(args.seed)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return pcap


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--build", default="build")
    ap.add_argument("--scale", type=float, default=0.2)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--workers", default="1,2,usual", help="numbers of workers, with commas; usual: as many as the program takes itself")
    ap.add_argument("kinds", nargs="*", default=KINDS)
    args = ap.parse_args()
    floor = os.path.join(args.build, "bench", "floor")
    os.makedirs(os.path.dirname(floor), exist_ok=True)
    subprocess.run([*os.environ.get("CC", "cc").split(), "-O2", "-o", floor, os.path.join(HERE, "floor.c"), "-lpcap"], check=True)
    print(f"{'capture':10}{'workers':>8}{'floor':>9}{'smtpscope':>11}{'multiple':>10}{'bar':>6}{'processor':>11}{'peak':>9}{'bar':>8}")
    for kind in args.kinds or KINDS:
        pcap = prepare(args, kind)
        program = [os.path.join(args.build, "smtpscope"), "log", "-e", "session,transaction,delivery", "-r", pcap]
        run([floor, pcap])  # the page cache is warm from here on
        floors, ours = [], {n: [] for n in args.workers.split(",")}
        for _ in range(args.rounds):
            floors.append(run([floor, pcap]))
            for n, runs in ours.items():
                runs.append(run(program + ([] if n == "usual" else ["--workers", n])))
        for n, runs in ours.items():
            wall, processor = (least(runs, i) / least(floors, i) for i in (0, 1))
            print(f"{kind:10}{n:>8}{least(floors, 0):8.3f}s{least(runs, 0):10.3f}s{wall:9.2f}x{BAR[kind][0]:5}x{processor:10.2f}x"
                  f"{max(r[2] for r in runs):7.1f}MB{BAR[kind][1]:6}MB")


if __name__ == "__main__":
    main()
