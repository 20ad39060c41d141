#!/usr/bin/env python3
"""Diagnoses of captures whose fault is known, and of captures without one: tests/diagnoses.py PROGRAM DIR...

DIR holds NAME.pcap and NAME.truth.json.  Where the truth names `diagnoses` (tests/lab/faults.py), exactly those must be found,
with their severities, none of `absent`, and the `failures` of phase connect; and `no_tls` exactly where mail was accepted: all of these speak in clear.  All other captures are of servers that did
their work: nothing there may be diagnosed as an error, and nothing is in doubt unless the truth knows of it."""
import glob, json, os, subprocess, sys

# The capture itself is of such a case: the client left before the verdict.
DOUBTFUL = ('in-doubt', 'demo')


def events(program, path):
    out = subprocess.run([program, 'log', '-q', '-e', 'diagnosis,failure,delivery', '-r', path], stdout=subprocess.PIPE)
    return [json.loads(line) for line in out.stdout.splitlines()]


def check_fault(truth, seen):
    found = {e['diagnosis']: e for e in seen if e['event'] == 'diagnosis'}
    broke = [e['broke'] for e in seen if e['event'] == 'failure' and e['phase'] == 'connect']
    wanted = dict(truth['diagnoses'])
    if any(e['event'] == 'delivery' and e['outcome'] == 'accepted' for e in seen):
        wanted['no_tls'] = 'info'
    for word, severity in wanted.items():
        if word not in found:
            yield f'no {word}'
        elif severity and found[word]['severity'] != severity:
            yield f'{word} is {found[word]["severity"]}, not {severity}'
    for word, words in truth.get('says', {}).items():
        if word in found and words not in found[word]['text']:
            yield f'{word} says: {found[word]["text"]}'
    for word in found:
        if word in truth['absent'] or word not in wanted:
            yield f'{word}: {found[word]["text"]}'
    if broke != truth['failures']:
        yield f'failures {broke}'


def check_sound(name, seen):
    for e in seen:
        if e['event'] == 'diagnosis' and e['severity'] == 'error':
            yield f'{e["diagnosis"]}: {e["text"]}'
        if e['event'] == 'delivery' and e['outcome'] == 'in_doubt' and not any(w in name for w in DOUBTFUL):
            yield f'in doubt: {e.get("rcpt_to")}'


def main():
    program, passed, failed = sys.argv[1], 0, 0
    for path in sorted(p for d in sys.argv[2:] for p in glob.glob(d + '/*.truth.json')):
        capture, name = path.replace('.truth.json', '.pcap'), os.path.basename(path)
        with open(path) as f:
            truth = json.load(f)
        seen = events(program, capture)
        faults = list(check_fault(truth, seen) if 'diagnoses' in truth else check_sound(name, seen))
        passed, failed = passed + (not faults), failed + bool(faults)
        for fault in faults:
            print(f'FAIL {capture}: {fault}')
    print(f'diagnoses: {passed} passed, {failed} failed')
    return failed != 0 or passed == 0


sys.exit(main())
