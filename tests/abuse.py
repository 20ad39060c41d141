#!/usr/bin/env python3
"""abuse.py - what packets make detectors say: abuse.py PROGRAM [NAME]

Each scene of abuse_scenes*.py is a capture, and all that must be found in it: nothing is missing, nothing more is told than
`info`.  It is played whole, cut into small segments, and with the pieces of each segment in the wrong order; the whole one with 1,
2 and 7 workers, which must write the same octets.  With NAME, only scenes whose name holds it, and what is told of them.
"""
import concurrent.futures
import glob
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import namedtuple

from packets import Capture

WORKERS = '1', '2', '7'
GRAVITY = 'info', 'low', 'medium', 'high', 'critical'
LONG = 4000  # packets of a capture that is played in one form
Due = namedtuple('Due', 'detector severity kind value optional terms')


class Torn(Capture):
    """What is sent comes in segments of `cut` octets, each one's pieces in the wrong order when `turned`."""

    def __init__(self, cut=None, turned=False):
        super().__init__()
        self.cut, self.turned = cut, turned

    def packet(self, when, src, dst, sport, dport, seq, ack, flags, data=b'', **more):
        size = self.cut or len(data) or 1
        starts = list(range(0, len(data), size)) or [0]
        for at in reversed(starts) if self.turned else starts:
            super().packet(when, src, dst, sport, dport, seq + at, ack, flags, data[at:at + size], **more)


FORMS = (('whole', {'cut': 1400}), ('cut', {'cut': 7}), ('turned', {'cut': 7, 'turned': True}))


def due_of(line):
    """'detector severity kind value', then terms such as told=3 count=10 confidence<=70, then : and what the text must hold.
    With ? before it, it may be told or not."""
    line, _, says = line.partition(' : ')
    words = line.lstrip('?').split()
    terms = [re.fullmatch(r'(\w+)(<=|>=|=)(\S+)', w).groups() for w in words[4:]]
    return Due(*words[:4], line[0] == '?', terms + [('says', '=', says)] * bool(says))


def found_of(events):
    """Findings by detector and subject: the gravest severity, the latest count, the lowest confidence, how often each state."""
    found = {}
    for e in events:
        if e['event'] != 'finding':
            continue
        row = found.setdefault((e['detector'], e['subject']['kind'], e['subject']['value']),
                               {'severity': 'info', 'told': 0, 'over': 0, 'counts': [], 'confidence': e['confidence'], 'texts': []})
        if e['state'] == 'over':
            row['over'] += 1
            continue
        row['told'] += 1
        row['severity'] = max(row['severity'], e['severity'], key=GRAVITY.index)
        row['confidence'] = min(row['confidence'], e['confidence'])
        row['count'] = e['count']
        row['counts'].append(e['count'])
        row['texts'].append(e['text'])
    return found


def holds(row, what, sign, value):
    if what == 'says':
        return any(value in text for text in row['texts'])
    if what == 'counts':
        return row['counts'] == [int(n) for n in value.split(',')]
    return {'=': int.__eq__, '<=': int.__le__, '>=': int.__ge__}[sign](row[what], int(value))


def faults(scene, events):
    found = found_of(events)
    for due in map(due_of, scene.due):
        row = found.pop((due.detector, due.kind, due.value), None)
        if row is None:
            if not due.optional:
                yield f'{due.detector} of {due.value} is not told'
            continue
        if row['severity'] != due.severity:
            yield f'{due.detector} of {due.value} is {row["severity"]}, not {due.severity}: {row["texts"]}'
        for term in due.terms:
            if not holds(row, *term):
                yield f'{due.detector} of {due.value}: not {"".join(term)}: {row}'
    for (detector, kind, value), row in found.items():
        if row['severity'] != 'info' or detector in scene.silent:
            yield f'{detector} {row["severity"]} {kind} {value} is told: {row["texts"][:2]}'


def log(program, path, *options):
    run = subprocess.run([program, 'log', '-q', '-e', 'all', '-r', path, *options], capture_output=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.decode(errors='replace'))
    return run.stdout


def read(octets):
    return [json.loads(line) for line in octets.splitlines()]


def play(program, scene):
    wrong = []
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, 'scene.pcap')
        for form, terms in FORMS:
            capture = Torn(**terms)
            scene.play(capture)
            capture.write(path)
            out = log(program, path, *scene.options)
            wrong += [f'{scene.name}, {form}: {fault}' for fault in faults(scene, read(out))]
            if form == 'whole' and any(log(program, path, *scene.options, '--workers', n) != out for n in WORKERS):
                wrong.append(f'{scene.name}: several workers tell something else')
            if len(capture.packets) > LONG or not scene.torn:
                break
    return wrong


def show(program, scene):
    with tempfile.TemporaryDirectory() as work:
        path, capture = os.path.join(work, 'scene.pcap'), Torn(1400)
        scene.play(capture)
        capture.write(path)
        for event in read(log(program, path, *scene.options)):
            if event['event'] == 'finding':
                print(scene.name, {k: event[k] for k in ('state', 'detector', 'severity', 'confidence', 'subject', 'count', 'text')})


def all_scenes():
    here = os.path.dirname(os.path.abspath(__file__))
    for path in sorted(glob.glob(os.path.join(here, 'abuse_scenes*.py'))):
        yield from importlib.import_module(os.path.basename(path)[:-3]).SCENES


def trial(i):
    return play(sys.argv[1], SCENES[i])


def main():
    if len(sys.argv) > 2:
        for scene in SCENES:
            show(sys.argv[1], scene)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        wrong = [fault for faults_of in pool.map(trial, range(len(SCENES)), chunksize=1) for fault in faults_of]
    print('\n'.join(wrong))
    print(f'abuse: {len(SCENES)} scenes, {len(wrong)} wrong')
    return 1 if wrong or not SCENES else 0


if __name__ == '__main__':
    SCENES = [s for s in all_scenes() if len(sys.argv) < 3 or sys.argv[2] in s.name]
    sys.exit(main())
