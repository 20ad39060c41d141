#!/usr/bin/env python3
"""Mail to a real Postfix, watched live.  To be run by tests/postfix.sh, in namespaces of its own: postfix.py BUILD

The client notes what the server answers to it; the program must tell the same, within a second of the wire, and know each
message by the queue id that stands in the server's log."""
import collections, json, os, re, signal, smtplib, socket, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lab'))
from own_postfix import Postfix

PROGRAM = os.path.join(sys.argv[1], 'smtpscope')
HOST = '127.0.0.1'
WAIT = 20
passed, failed = 0, 0

MAIN = """message_size_limit = 100000
mynetworks = 203.0.113.0/24
smtpd_recipient_restrictions = check_recipient_access inline:{{nobody@example.net=REJECT_NO, later@example.net=LATER}},
    permit_mynetworks, reject_unauth_destination
smtpd_restriction_classes = REJECT_NO, LATER
REJECT_NO = check_recipient_access static:{{550 5.1.1 no such user here}}
LATER = check_recipient_access static:{{450 4.2.0 greylisted, come again}}
header_checks = regexp:{work}/headers
"""


def check(name, good, detail=''):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f'FAIL postfix: {name}: {str(detail)[:600]}')


def until(condition):
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Server(Postfix):
    def __init__(self, work):
        super().__init__(work, MAIN)
        with open(os.path.join(work, 'headers'), 'w') as f:
            f.write('/^Subject: spam/ REJECT this is spam\n')

    def start(self):
        said = super().start()
        def answers():
            try:
                socket.create_connection((HOST, 25), 1).close()
                return True
            except OSError:
                return False
        return until(answers), said + self.log()


class Program:
    def __init__(self):
        self.process = subprocess.Popen([PROGRAM, 'log', '-i', 'lo', '-e', 'delivery,transaction,session,stats'],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.events = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append((time.monotonic(), json.loads(line)))

    def of(self, kind):
        return [e for _, e in list(self.events) if e['event'] == kind]

    def capturing(self):
        return until(lambda: 'NoNewPrivs:\t1' in open(f'/proc/{self.process.pid}/status').read())

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(WAIT)
        self.reader.join(5)
        return code


class Client:
    """Sends mail, and notes (recipient, outcome, code) as the server's answers make it."""
    def __init__(self):
        self.noted = collections.Counter()
        self.ids = set()
        self.smtp = None

    def connect(self):
        self.smtp = smtplib.SMTP(HOST, 25, 'client.example.org', WAIT)
        self.smtp.ehlo()

    def envelope(self, *recipients, size=None):
        code, _ = self.smtp.mail('sender@example.org', [f'size={size}'] if size else [])
        if code != 250:
            self.smtp.rset()
            return []
        taken = []
        for r in recipients:
            code, _ = self.smtp.rcpt(r)
            if code == 250:
                taken.append(r)
            else:
                self.noted[r, 'deferred' if code < 500 else 'rejected', code] += 1
        return taken

    def send(self, *recipients, subject='a message', octets=2000):
        taken = self.envelope(*recipients)
        if not taken:
            self.smtp.rset()
            return
        body = f'Subject: {subject}\r\n\r\n' + 'All work and no play makes a dull mail.\r\n' * (octets // 41)
        code, text = self.smtp.data(body)
        outcome = {2: 'accepted', 4: 'deferred', 5: 'rejected'}[code // 100]
        for r in taken:
            self.noted[r, outcome, code] += 1
        queued = re.search(rb'queued as (\w+)', text)
        if queued:
            self.ids.add(queued.group(1).decode())

    def withdraw(self, *recipients):
        for r in self.envelope(*recipients):
            self.noted[r, 'withdrawn', None] += 1
        self.smtp.rset()

    def abort(self, *recipients):
        taken = self.envelope(*recipients)
        self.smtp.putcmd('data')
        self.smtp.getreply()
        self.smtp.send('Subject: cut\r\n\r\nno end\r\n')
        self.smtp.sock.shutdown(socket.SHUT_RDWR)
        self.smtp.close()
        for r in taken:
            self.noted[r, 'aborted', None] += 1


def test_verdicts(client):
    client.connect()
    client.send('a@example.net')
    client.send('a@example.net', 'nobody@example.net', 'later@example.net', octets=60000)
    client.send('nobody@example.net')
    client.send('b@example.net', subject='spam')
    client.send('c@example.com')  # relaying is refused
    client.withdraw('d@example.net')
    client.smtp.quit()
    client.connect()
    client.abort('e@example.net', 'f@example.net')
    client.connect()
    client.send('big@example.net', octets=200000)
    client.smtp.quit()


def test_latency(client, program):
    """From the server's answer, as the client has it, to the program's line."""
    worst = 0
    client.connect()
    for i in range(10):
        before = len(program.of('delivery'))
        client.send(f'latency{i}@example.net')
        answered = time.monotonic()
        check('a delivery is told', until(lambda: len(program.of('delivery')) > before))
        worst = max(worst, time.monotonic() - answered)
        time.sleep(0.15)
    client.smtp.quit()
    check('told within a second of the wire', worst < 1, f'{worst:.3f} s')


def main():
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o755)
        server, client = Server(work), Client()
        started, why = server.start()
        check('the server starts', started, why)
        if not started:
            return 1
        program = Program()
        try:
            check('capture opens', program.capturing())
            test_verdicts(client)
            sessions = 3
            until(lambda: len(program.of('session')) >= sessions)
            test_latency(client, program)
        finally:
            server.stop()
        check('SIGINT ends well', program.end() == 0)
        told = collections.Counter((e['rcpt_to'], e['outcome'], e.get('code')) for e in program.of('delivery'))
        check('the verdicts that the client heard', told == client.noted,
              f'only told: {told - client.noted}; only heard: {client.noted - told}')
        ids = {e['queue_id'] for e in program.of('delivery') if e['outcome'] == 'accepted'}
        check('the queue ids that the client heard', ids == client.ids, (ids, client.ids))
        log = server.log()
        check('and that the server logged', ids and all(f' {i}: client=' in log for i in ids), log[-600:])
        last = program.of('stats')[-1]
        check('nothing is lost', last['packets']['dropped'] == 0 and last['sessions']['open'] == 0, last)
        print(f'postfix: {sum(told.values())} verdicts; {passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
