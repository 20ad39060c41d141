#!/usr/bin/env python3
"""A flood of sources as packets: flood_sources.py BUILD SOURCES [SOURCES...]

Makes captures of that many sources with ten offenders among them (bench/flood_packets.c), and reads each with 1, 2 and 7 workers,
and as 2 and 3 sensors saw it, each of them some of the sessions: the findings are the same octets, and the ten are told.  The
memory of the process stays below a limit, and does not grow with the sources.  Ends with 1 when anything differs."""
import json
import os
import subprocess
import sys
import tempfile

BASE = 90      # MB of one worker: the tables of all detectors and the ledger, rings and buffers
MORE = 8       # MB for each further worker or file
GROWTH = 1.05  # from the fewest sources to the most
FORMS = ((1, 1), (2, 1), (7, 1), (1, 2), (1, 3))  # workers, sensors
DUE = {f"203.0.113.{n}": "recipient_harvest" if n <= 5 else "auth_guessing" for n in range(1, 11)}


def run(command, out):
    """Peak in MB, and seconds of processor."""
    with open(out, "wb") as file:
        child = subprocess.Popen(command, stdout=file)
        _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"flood: status {status} of {' '.join(command)}")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def offenders(path):
    with open(path, encoding="utf-8") as lines:
        findings = [json.loads(line) for line in lines]
    return len({f["subject"]["value"] for f in findings if DUE.get(f["subject"]["value"]) == f["detector"]})


def read(build, count, workers, sensors, work):
    """What was told, and the peak in MB."""
    captures = [os.path.join(work, f"{i}.pcap") for i in range(sensors)]
    subprocess.run([os.path.join(build, "bench", "flood_packets"), str(count), *captures], check=True)
    out = os.path.join(work, f"{workers}-{sensors}")
    files = [word for capture in captures for word in ("-r", capture)]
    memory, spent = run([os.path.join(build, "smtpscope"), "log", "-q", "-e", "finding", "--home", "192.0.2.0/24,example.org",
                         "--workers", str(workers), *files], out)
    for capture in captures:
        os.unlink(capture)
    return out, memory, spent


def measure(build, count, work):
    """Peaks by form; whether all was right."""
    good, peaks, first = True, {}, None
    for workers, sensors in FORMS:
        out, memory, spent = read(build, count, workers, sensors, work)
        first = first or out
        found, limit = offenders(out), BASE + MORE * (workers + sensors - 2)
        equal = subprocess.run(["cmp", "-s", first, out], check=False).returncode == 0
        right = found == len(DUE) and equal and memory <= limit
        good &= right
        peaks[workers, sensors] = memory
        print(f"flood: {count} sources, {workers} workers, {sensors} sensors: {memory:.0f} MB of {limit}, {spent:.1f} s, {found} of "
              f"{len(DUE)} offenders, {'the same findings' if equal else 'OTHER FINDINGS'}{'' if right else ': WRONG'}")
    return peaks, good


def main():
    build, counts, good, peaks = sys.argv[1], [int(word) for word in sys.argv[2:]], True, {}
    for count in counts:
        with tempfile.TemporaryDirectory() as work:
            peaks[count], right = measure(build, count, work)
        good &= right
    for form in FORMS if len(counts) > 1 else ():
        growth = peaks[max(counts)][form] / peaks[min(counts)][form]
        good &= growth <= GROWTH
        print(f"flood: {form[0]} workers, {form[1]} sensors: {growth:.3f} times the memory for {max(counts) // min(counts)} times "
              f"the sources{'' if growth <= GROWTH else ': WRONG'}")
    return not good


sys.exit(main())
