#!/usr/bin/env python3
"""findings.py - nothing grave is said of honest mail: findings.py SMTPSCOPE DIR...

Every capture of real servers in the directories, and made-up traffic of honest clients (gen_bench.py bulk, chatter, mixed and
tls, a hundredth of their size, with seeds of its own), may give findings up to medium.  Prints how many of each, as
docs/FALSE-ALARMS.md has it; ends with 1 when one is high or critical.
"""
import collections
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GRAVE = ('high', 'critical')
LACKING = ['--home', '10.0.0.0/8,192.0.2.0/24,127.0.0.0/8,example.org,example.net']  # example.com is served there, too


def findings(program, capture, home):
    run = subprocess.run([program, 'log', '-e', 'finding', '-q', '-r', capture] + home, capture_output=True, check=False)
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if event['state'] != 'over':
            yield event


def add_up(program, captures, tally, grave, home):
    for capture in captures:
        for event in findings(program, capture, home):
            if event['state'] == 'new':
                tally[event['severity'], event['detector']] += 1
            if event['severity'] in GRAVE:
                grave.append('%s: %s %s: %s' % (os.path.basename(capture), event['severity'], event['detector'], event['text']))


def made_up(work, kind, seed):
    subprocess.run([sys.executable, os.path.join(HERE, 'bench', 'gen_bench.py'), kind, '--out', work, '--seed', str(seed),
                    '--scale', '0.01'], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.path.join(work, kind + '.pcap')


def show(what, count, tally):
    print('%s, %d captures' % (what, count))
    for (severity, detector), n in sorted(tally.items()):
        print('%7d %-8s %s' % (n, severity, detector))


def main():
    program, grave = sys.argv[1], []
    real = sorted(c for d in sys.argv[2:] for c in glob.glob(os.path.join(d, '*.pcap')))
    for home in [], LACKING:
        tally = collections.Counter()
        add_up(program, real, tally, grave, home)
        show('real servers' + (', with a --home that lacks a domain' if home else ''), len(real), tally)
    for kind in ('bulk', 'chatter', 'mixed', 'tls'):
        tally = collections.Counter()
        with tempfile.TemporaryDirectory() as work:
            for seed in (11, 12):
                add_up(program, [made_up(work, kind, seed)], tally, grave, [])
        show('made up: ' + kind, 2, tally)
    for line in grave:
        print('GRAVE ' + line)
    return 1 if grave or not real else 0


if __name__ == '__main__':
    sys.exit(main())
