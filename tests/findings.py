#!/usr/bin/env python3
"""findings.py - nothing grave is said of honest mail, and the page says how much else: findings.py [--write] SMTPSCOPE DIR...

Every capture of real servers in the directories, and made-up traffic of honest clients (gen_bench.py bulk, chatter, mixed and
tls, a hundredth of their size, with seeds of its own), may give findings up to medium.  What the first directory and the made-up
traffic give must be what docs/FALSE-ALARMS.md says between its marks; --write puts it there.  Ends with 1 when a finding is high
or critical, or the page says something else.
"""
import collections
import difflib
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, '..', 'docs', 'FALSE-ALARMS.md')
MARKS = '<!-- counts: made by tests/findings.py --write -->\n', '<!-- end of counts -->\n'
SEVERITIES = ('critical', 'high', 'medium', 'low', 'info')
GRAVE = SEVERITIES[:2]
LACKING = ['--home', '10.0.0.0/8,192.0.2.0/24,127.0.0.0/8,example.org,example.net']  # example.com is served there, too
MADE_UP, SEEDS = ('bulk', 'chatter', 'mixed', 'tls'), (11, 12)


def findings(program, capture, home):
    run = subprocess.run([program, 'log', '-e', 'finding', '-q', '-r', capture] + home, capture_output=True, check=False)
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if event['state'] != 'over':
            yield event


def add_up(program, captures, grave, home):
    """How many findings of each severity and rule, and in how many captures."""
    tally = collections.defaultdict(lambda: [0, set()])
    for capture in captures:
        for event in findings(program, capture, home):
            if event['state'] == 'new':
                entry = tally[event['severity'], event['detector']]
                entry[0] += 1
                entry[1].add(capture)
            if event['severity'] in GRAVE:
                grave.append('%s: %s %s: %s' % (os.path.basename(capture), event['severity'], event['detector'], event['text']))
    return tally


def made_up(work, kind, seed):
    subprocess.run([sys.executable, os.path.join(HERE, 'bench', 'gen_bench.py'), kind, '--out', work, '--seed', str(seed),
                    '--scale', '0.01'], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = os.path.join(work, '%s-%d.pcap' % (kind, seed))
    os.rename(os.path.join(work, kind + '.pcap'), path)
    return path


def table(title, count, tally):
    yield '%s, %d captures\n\n' % (title, count)
    if not tally:
        yield 'Nothing is said of them.\n\n'
        return
    yield '| severity | rule | findings | captures |\n|---|---|---|---|\n'
    for severity, detector in sorted(tally, key=lambda k: (SEVERITIES.index(k[0]), k[1])):
        n, where = tally[severity, detector]
        yield '| %s | %s | %d | %d |\n' % (severity, detector, n, len(where))
    yield '\n'


def counts(program, directory, grave):
    lines = []
    real = sorted(glob.glob(os.path.join(directory, '*.pcap')))
    for title, home in ('Real servers', []), ('Real servers, with a `--home` that lacks a domain which they serve', LACKING):
        lines += table(title, len(real), add_up(program, real, grave, home))
    with tempfile.TemporaryDirectory() as work:
        for kind in MADE_UP:
            captures = [made_up(work, kind, seed) for seed in SEEDS]
            lines += table('Made up: ' + kind, len(captures), add_up(program, captures, grave, []))
    return ''.join(lines), len(real)


def compare(made, write):
    """Whether the page says what was counted."""
    with open(PAGE) as page:
        before, rest = page.read().split(MARKS[0])
    said, behind = rest.split(MARKS[1])
    if write:
        with open(PAGE, 'w') as page:
            page.write(before + MARKS[0] + made + MARKS[1] + behind)
        return True
    sys.stdout.writelines(difflib.unified_diff(said.splitlines(True), made.splitlines(True), 'docs/FALSE-ALARMS.md', 'counted', n=1))
    return said == made


def main():
    words = [word for word in sys.argv[1:] if word != '--write']
    program, grave = words[0], []
    made, real = counts(program, words[1], grave)
    others = sorted(c for d in words[2:] for c in glob.glob(os.path.join(d, '*.pcap')))
    for home in [], LACKING:
        add_up(program, others, grave, home)
    for line in grave:
        print('GRAVE ' + line)
    same = compare(made, '--write' in sys.argv)
    print('findings: %d captures and %d others, %d grave findings%s' %
          (real, len(others), len(grave), '' if same else '; the page says something else: tests/findings.py --write'))
    return 1 if grave or not real or not same else 0


if __name__ == '__main__':
    sys.exit(main())
