#!/usr/bin/env python3
"""TLS that is opened with keys although its beginning is torn: secure_keys.py PROGRAM [RUNS [SEED]]

Python's ssl speaks TLS 1.2 and 1.3 in memory; what it says becomes a capture.  Octets that are missing, or glued to STARTTLS,
before a side's first record change nothing of the dialogue inside.  Then RUNS captures (200) of which any segments up to the
handshake's end are missing, and with octets put behind STARTTLS: the program must end well, and may tell of no recipient
another verdict than the server's."""
import json
import os
import random
import ssl
import subprocess
import sys
import tempfile

import secure
from secure_scenes import ASK, C_GONE, Scene, Session

INSIDE = [('C', 'EHLO a.example.org'), ('S', '250-mx.example.net\r\n250 SIZE'), ('C', 'MAIL FROM:<a@example.org>'), ('S', '250 ok'),
          ('C', 'RCPT TO:<b@example.net>'), ('S', '250 ok'), ('C', 'RCPT TO:<c@example.net>'), ('S', '550 5.1.1 no'), ('C', 'DATA'),
          ('S', '354 go'), ('C', 'Subject: x\r\n\r\nx\r\n.'), ('S', '250 2.0.0 ok'), ('C', 'QUIT'), ('S', '221 bye')]
VERDICTS = {'b@example.net': {'accepted', 'unknown', 'in_doubt', 'aborted', 'withdrawn'},
            'c@example.net': {'rejected', 'unknown'}}
DIALOGUE = [('EHLO', 250), ('MAIL', 250), ('RCPT', 250), ('RCPT', 550), ('DATA', 354), ('EOM', 250), ('QUIT', 221)]


class Ends:
    """Both ends of a TLS connection, and what they sent."""

    def __init__(self, version, work):
        client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        client.check_hostname, client.verify_mode, client.keylog_filename = False, ssl.CERT_NONE, os.path.join(work, 'keys')
        client.minimum_version = client.maximum_version = version
        server.load_cert_chain(os.path.join(work, 'cert'), os.path.join(work, 'key'))
        self.pipes = [ssl.MemoryBIO() for _ in range(4)]
        self.sent = []
        ends = {'C': client.wrap_bio(self.pipes[0], self.pipes[1], server_hostname='mx.example.net'),
                'S': server.wrap_bio(self.pipes[2], self.pipes[3], server_side=True)}
        for _ in range(4):
            for end in ends.values():
                self.quietly(end.do_handshake)
                self.move()
        for side, text in INSIDE:
            ends[side].write((text + '\r\n').encode())
            self.move()
            self.quietly(ends['S' if side == 'C' else 'C'].read)

    @staticmethod
    def quietly(what):
        try:
            what()
        except ssl.SSLWantReadError:
            pass

    def move(self):
        for side, out, into in (('C', 1, 2), ('S', 3, 0)):
            data = self.pipes[out].read()
            if data:
                self.sent.append((side, data))
                self.pipes[into].write(data)


def scenes(sent):
    gap_c, gap_s = ('c', b'xy'), ('s', b'xy')
    return {
        'whole': ASK + sent, 'octets of the server are missing': ASK + sent[:1] + [gap_s] + sent[1:],
        'octets of the client are missing': ASK + [gap_c] + sent, 'of both': ASK + [gap_c, sent[0], gap_s] + sent[1:],
        'commands are glued': ASK[:-1] + [('C', 'MAIL FROM:<evil@example.org>'), ('C', 'AUTH PLAIN AGEAYg=='), ASK[-1]] + sent,
        'a reply is glued': ASK + [('S', '250 evil')] + sent,
    }


def listen(program, steps, cut, work):
    path = os.path.join(work, 'scene.pcap')
    secure.write(Scene('', [Session(steps + C_GONE)], None), path, cut)
    out = subprocess.run([program, 'log', '-q', '-e', 'exchange,delivery', '-k', os.path.join(work, 'keys'), '-r', path], capture_output=True)
    return [json.loads(line) for line in out.stdout.splitlines()], out.returncode and out.stderr.decode()


def strangers(events):
    """Verdicts that are not the server's, nor a want of one."""
    told = [(e.get('rcpt_to'), e['outcome']) for e in events if e['event'] == 'delivery']
    return [(rcpt, outcome) for rcpt, outcome in told if outcome not in VERDICTS.get(rcpt, {'unknown'})]


def torn(steps, chance):
    """Any segment up to the handshake's end is missing; octets that are nobody's may stand behind STARTTLS and its answer."""
    for i, (side, data) in enumerate(steps):
        data = data if isinstance(data, bytes) else (data + '\r\n').encode()
        for at in range(0, len(data), 400):
            lost = i < len(steps) - len(INSIDE) and chance.random() < 0.2
            yield (side.lower() if lost else side), data[at:at + 400]
        if (data.startswith(b'STARTTLS') or data.startswith(b'220 2.0.0')) and chance.random() < 0.3:
            yield side, chance.randbytes(chance.randrange(1, 9))


def main():
    program, runs, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chance, wrong = random.Random(seed), []
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=mx.example.net',
                        '-keyout', os.path.join(work, 'key'), '-out', os.path.join(work, 'cert')], check=True, stderr=subprocess.DEVNULL)
        talks = {version.name: Ends(version, work).sent for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)}
        for version, sent in talks.items():
            for name, steps in scenes(sent).items():
                for cut in secure.CUTS:
                    events, failed = listen(program, steps, cut, work)
                    got = [(e['verb'], e.get('code')) for e in events if e['event'] == 'exchange'][-len(DIALOGUE):]
                    if failed or got != DIALOGUE:
                        wrong.append(f'{version}, {name}, cut to {cut}: {failed or got}')
            for i in range(len(INSIDE)):
                at = len(sent) - len(INSIDE) + i
                steps = ASK + sent[:at] + [(sent[at][0].lower(), sent[at][1])] + sent[at + 1:]
                events, failed = listen(program, steps, None, work)
                got = [(e['verb'], e.get('code')) for e in events if e['event'] == 'exchange'][-4:]
                if failed or strangers(events) or (i < 6 and got != DIALOGUE[-4:]):
                    wrong.append(f'{version}, {INSIDE[i]} is missing: {failed or got} {strangers(events)}')
        for run in range(runs):
            steps = list(torn(ASK + chance.choice(list(talks.values())), chance))
            events, failed = listen(program, steps, chance.choice(secure.CUTS), work)
            if failed or strangers(events):
                wrong.append(f'torn, run {run} of seed {seed}: {failed or strangers(events)}')
    print('\n'.join(wrong))
    print(f'secure keys: {len(wrong)} wrong')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
