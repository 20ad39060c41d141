#!/usr/bin/env python3
"""What the wire shows around TLS, from packets to output: secure.py PROGRAM [NAME]

Each scene is one or several connections, written as a capture; what the program tells of TLS must be what stands beside it: the
word `starttls` of the last session, exactly those diagnoses and findings, and texts that say so.  Every scene is played
whole, and cut into segments of 1, 3 and 100 octets; and once with several workers.  Scenes come as the thing itself, one that
just misses it, one that looks like it.  With NAME, only scenes whose name holds it, and what is told of them.
"""
import json
import os
import subprocess
import sys
import tempfile

from packets import Capture, NOON
import secure_scenes

CUTS = (None, 1, 3, 100)
MATTERS = {
    'starttls_refused', 'tls_alert', 'tls_closed', 'tls_fallback', 'wrong_tls_mode', 'no_tls', 'cert_problem', 'cisco_smtp_fixup',
    'pmtu_blackhole', 'starttls_stripped', 'starttls_unused', 'starttls_injection', 'tls_failed', 'tls_weak', 'auth_in_clear',
}
SYN, FIN, RST, ACK, PSH = 2, 1, 4, 16, 8


class Connection:
    """Steps of one connection become packets.  A step is a pair of side and octets (small letter: not captured), a number of
    seconds, or a word: C-FIN, S-FIN, C-RST, S-RST, C-stop (nothing of that side is captured from here on)."""

    def __init__(self, capture, session, port, cut):
        self.capture, self.cut, self.now = capture, cut, NOON + session.at
        client, server = session.client, session.server
        self.ends = {'C': (client, server, port, session.port), 'S': (server, client, session.port, port)}
        self.next, self.deaf, self.missing = {'C': 1000, 'S': 5000}, set(), session.missing
        self.send('C', SYN)
        self.next['C'] += 1
        self.send('S', SYN | ACK)
        self.next['S'] += 1
        self.send('C', ACK)

    def send(self, side, flags, data=b''):
        other = 'S' if side == 'C' else 'C'
        ack = 0 if flags == SYN else self.next[other]
        self.now += 0.0001
        if side != self.missing and side not in self.deaf:
            self.capture.packet(self.now, *self.ends[side], self.next[side], ack, flags, data)

    def say(self, side, data):
        data = data if isinstance(data, bytes) else (data + '\r\n').encode()
        shown, side = side.isupper(), side.upper()
        self.now += 0.01
        size = self.cut or 1400
        for at in range(0, len(data), size):
            part = data[at:at + size]
            if shown:
                self.send(side, PSH | ACK, part)
            self.next[side] += len(part)
        self.send('S' if side == 'C' else 'C', ACK)

    def step(self, step):
        if isinstance(step, tuple):
            self.say(*step)
        elif not isinstance(step, str):
            self.now += step
        elif step.endswith('stop'):
            self.deaf.add(step[0])
        else:
            self.now += 0.01
            self.send(step[0], ACK | (FIN if step.endswith('FIN') else RST))
            self.next[step[0]] += step.endswith('FIN')


def write(scene, path, cut):
    capture = Capture()
    for i, session in enumerate(scene.sessions):
        connection = Connection(capture, session, 40000 + i, cut)
        for step in session.steps:
            connection.step(step)
    capture.write(path)


def listen(program, path, *options):
    out = subprocess.run([program, 'log', '-q', '-e', 'all', '-r', path, *options], stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def faults(scene, events):
    told = [(e.get('diagnosis') or e.get('detector'), e['text']) for e in events
            if e['event'] == 'diagnosis' or (e['event'] == 'finding' and e['state'] != 'over')]
    told = [(word, text) for word, text in told if word in MATTERS]
    sessions = [e for e in events if e['event'] == 'session']
    word = sessions[-1].get('starttls') if sessions else 'no session'
    if word != scene.word:
        yield f'starttls is {word}, not {scene.word}'
    if sorted({w for w, _ in told}) != sorted(scene.told):
        yield f'told {told}, not {sorted(scene.told)}'
    for part in scene.says:
        if not any(part in text for _, text in told):
            yield f'nobody says "{part}": {told}'
    for kind, key, value in scene.facts:
        if value not in [look(e, key) for e in events if e['event'] == kind]:
            yield f'no {kind} with {key} {value}: {[look(e, key) for e in events if e["event"] == kind]}'


def look(event, path):
    for key in path.split('.'):
        event = event.get(key) if isinstance(event, dict) else None
    return event


def play(program, scene, work):
    path, wrong = os.path.join(work, 'scene.pcap'), []
    for cut in CUTS:
        write(scene, path, cut)
        events = listen(program, path)
        wrong += [f'{scene.name}, {"whole" if not cut else f"cut to {cut}"}: {fault}' for fault in faults(scene, events)]
    if events != listen(program, path, '--workers', '3'):
        wrong.append(f'{scene.name}: several workers tell something else')
    return wrong


def show(program, scene, work):
    path = os.path.join(work, 'scene.pcap')
    write(scene, path, None)
    for event in listen(program, path):
        print({k: v for k, v in event.items() if k not in ('v', 'ts', 'session', 'community_id', 'timing')})


def main():
    program, wrong = sys.argv[1], []
    scenes = [s for s in secure_scenes.SCENES if len(sys.argv) < 3 or sys.argv[2] in s.name]
    with tempfile.TemporaryDirectory() as work:
        for scene in scenes:
            wrong += play(program, scene, work)
            if len(sys.argv) > 2:
                show(program, scene, work)
    print('\n'.join(wrong))
    print(f'secure: {len(scenes)} scenes, {len(CUTS)} cuts each; {len(wrong)} wrong')
    return 1 if wrong or not scenes else 0


if __name__ == '__main__':
    sys.exit(main())
