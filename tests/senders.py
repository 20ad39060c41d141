#!/usr/bin/env python3
"""senders.py - findings over many sessions, with several workers, and in the report: senders.py SMTPSCOPE

Reads the capture of attack.py with 1, 2 and 7 workers: the findings must be the same octets, and those that are named
below must be among them.  Then adds the findings up, and compares with what `report senders` tells: scores' rows,
sections, sessions.  Ends with 1 when anything differs."""
import collections
import json
import os
import subprocess
import sys
import tempfile

import attack

HOME = ('--home', '192.0.2.0/24,example.org')
WORKERS = ('1', '2', '7')
DUE = {
    ('recipient_harvest', '203.0.113.7'), ('auth_guessing', '203.0.113.8'), ('relay_probe', '203.0.113.9'),
    ('auth_spray', 'user3'), ('helo_churn', '203.0.113.10'), ('no_mail_sessions', '203.0.113.11'),
    ('connection_flood', '203.0.113.11'), ('starttls_stripped', '192.0.2.25:25'),
}
HONEST = {'198.51.100.%d' % i for i in range(1, 16)}


def run(program, capture, *words):
    return subprocess.run([program, *words, '-q', '-r', capture, *HOME], capture_output=True, check=True).stdout


def same(program, capture, wrong, *words):
    outputs = [run(program, capture, *words, '--workers', n) for n in WORKERS]
    wrong += ['%s differs with %s workers' % (' '.join(words), n) for n, o in zip(WORKERS, outputs) if o != outputs[0]]
    return outputs[0]


def sums(lines):
    """Who drew which rule, and how many findings."""
    drew, told = collections.defaultdict(set), collections.defaultdict(int)
    for line in lines:
        f = json.loads(line)
        if f['state'] != 'over':
            who = f['subject']['kind'], f['subject']['value']
            drew[f['detector']].add(who)
            told[who] += 1
    return drew, told


def compare(report, drew, told, wrong):
    acts = {row['rule']: row for row in report['acts']['rows']}
    rows = {(row['kind'], row['value']): row for row in report['suspects']['rows']}
    if set(acts) != set(drew):
        wrong.append('rules of the report: %s, of the events: %s' % (sorted(acts), sorted(drew)))
    for rule in set(acts) & set(drew):
        if acts[rule]['sources'] != len(drew[rule]):
            wrong.append('%s: %d sources in the report, %d in events' % (rule, acts[rule]['sources'], len(drew[rule])))
    for who, row in rows.items():
        if row['findings'] != told[who]:
            wrong.append('%s: %d findings in the report, %d events' % (who[1], row['findings'], told[who]))


def opens(program, capture, report, wrong):
    for row in report['acts']['rows']:
        for session in row.get('sessions', ())[:1]:
            if session.encode() not in run(program, capture, 'show', session):
                wrong.append('%s: show %s opens nothing' % (row['rule'], session))


def main():
    program, wrong = sys.argv[1], []
    with tempfile.TemporaryDirectory() as work:
        capture = os.path.join(work, 'attack.pcap')
        attack.make(capture)
        lines = same(program, capture, wrong, 'log', '-e', 'finding').splitlines()
        drew, told = sums(lines)
        wrong += ['%s of %s is not told' % due for due in sorted(DUE) if due[1] not in {v for _, v in drew[due[0]]}]
        grave = [f for f in map(json.loads, lines) if f['subject']['value'] in HONEST and f['severity'] != 'info']
        wrong += ['%s of an honest server' % f['detector'] for f in grave]
        drew = {rule: who for rule, who in drew.items() if who}
        report = json.loads(same(program, capture, wrong, 'report', 'senders', '-f', 'json'))
        compare(report, drew, told, wrong)
        opens(program, capture, report, wrong)
        same(program, capture, wrong, 'report', 'senders')
    print('\n'.join(wrong))
    print('senders: %d findings, %d rules, with %s workers; %d wrong' %
          (len(lines), len(drew), ', '.join(WORKERS), len(wrong)))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
