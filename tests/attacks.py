#!/usr/bin/env python3
"""attacks.py - findings of attackers' tools at work on a real server: attacks.py SMTPSCOPE DIR

Each capture of DIR (made by tests/lab/attacks.py) is read with 1, 2 and 7 workers: the findings must be the same octets.  The
findings that its truth names must be among them, at that severity or above; nothing above info may be said of the honest client
in between; the report tells the same; and of failed logins and refused commands there must be as many as the server logged.  Ends with 1 when anything
differs."""
import collections
import glob
import json
import os
import subprocess
import sys

GRAVITY = ('info', 'low', 'medium', 'high', 'critical')
WORKERS = ('1', '2', '7')


def read(program, capture, home, kinds, workers='1'):
    return subprocess.run([program, 'log', '-e', kinds, '-q', '-r', capture, '--home', home, '--workers', workers],
                          capture_output=True, check=True).stdout


def findings(program, capture, truth, wrong):
    outputs = [read(program, capture, truth['home'], 'finding', n) for n in WORKERS]
    wrong += ['differs with %s workers' % n for n, o in zip(WORKERS, outputs) if o != outputs[0]]
    return [json.loads(line) for line in outputs[0].splitlines()]


def due(told, truth, wrong):
    worst = collections.defaultdict(int)
    for f in told:
        key = f['detector'], f['subject']['value']
        worst[key] = max(worst[key], GRAVITY.index(f['severity']))
    for f in truth['findings']:
        if worst.get((f['detector'], f['subject']), -1) < GRAVITY.index(f['severity']):
            wrong.append('%s (%s) of %s is not told' % (f['detector'], f['severity'], f['subject']))
    for (detector, subject), gravity in worst.items():
        if gravity and (subject == truth['honest'] or 'friends.example' in subject):
            wrong.append('%s of the honest %s' % (detector, subject))


def reported(program, capture, told, truth, wrong):
    """The report tells each finding once, at its gravest."""
    worst = collections.defaultdict(int)
    for f in told:
        key = '%s: %s' % (f['detector'], f['subject']['value'])
        worst[key] = max(worst[key], GRAVITY.index(f['severity']))
    report = subprocess.run([program, 'report', 'senders', '-f', 'json', '-q', '-r', capture, '--home', truth['home']],
                            capture_output=True, check=True).stdout
    rows = {row['finding']: GRAVITY.index(row['severity']) for row in json.loads(report)['findings']['rows']}
    if rows != worst:
        wrong.append('the report tells %s, the events %s' % (rows, dict(worst)))


def logged(program, capture, truth, wrong):
    """Sessions are read to their end or not at all: what the server logged of them stands on the wire."""
    counts = collections.Counter()
    for line in read(program, capture, truth['home'], 'exchange,auth').splitlines():
        e = json.loads(line)
        if e['event'] == 'auth':
            counts['authentication failed'] += e['outcome'] == 'failed' and e.get('code', 0) == 535
        elif e.get('verb') in ('RCPT', 'VRFY') and e.get('code', 0) >= 450:
            counts['reject: ' + e['verb']] += 1
    counts = {k: n for k, n in counts.items() if n}
    if counts != truth['logged']:
        wrong.append('the server logged %s, events are %s' % (truth['logged'], counts))


def main():
    program, total, scenes = sys.argv[1], 0, 0
    for path in sorted(glob.glob(os.path.join(sys.argv[2], '*.truth.json'))):
        with open(path) as file:
            truth = json.load(file)
        capture, wrong = path.replace('.truth.json', '.pcap'), []
        told = findings(program, capture, truth, wrong)
        due(told, truth, wrong)
        reported(program, capture, told, truth, wrong)
        logged(program, capture, truth, wrong)
        for line in wrong:
            print('%s: %s' % (truth['scenario'], line))
        total, scenes = total + len(wrong), scenes + 1
    print('attacks: %d captures, %d wrong' % (scenes, total))
    return 1 if total or not scenes else 0


if __name__ == '__main__':
    sys.exit(main())
