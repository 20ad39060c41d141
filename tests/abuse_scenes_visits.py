"""abuse_scenes_visits.py - scenes of abuse.py: how often a client comes, how long it stays, what it writes; segments that are read in
two ways (DETECTORS, section A)."""
import random

from abuse_talk import BYE, HOUR, MX, MX6, Scenes, mail, opening, visit
from packets import ACK, CLIENT, PSH, SERVER, Talk

SCENES = Scenes()
scene = SCENES.scene
BAD, BAD6, INSIDE = '203.0.113.7', '2001:db8:bad::7', '192.0.2.50'
A_MAIL = mail('a@partner.example', 'bob@example.org')


# ---- no_mail_sessions ----
def visits(without, mails=0, over=500, client=BAD, seed=1, jitter=0.5, **more):
    """`without` sessions that bring no mail among `mails` that do, not in step unless `jitter` is 0."""
    def play(c):
        dice, n = random.Random(seed), without + mails
        for i in range(n):
            brings = i * mails // n != (i + 1) * mails // n
            visit(c, (i + dice.random() * jitter) * over / n, client, A_MAIL if brings else [], **more)
    return play


NOTHING = f'no_mail_sessions low client {BAD}'
scene('no mail: ten sessions', visits(10), NOTHING + ' told=1 count=10')
scene('no mail: near miss, nine', visits(9))
scene('no mail: nine in ten', visits(18, 2), NOTHING)
scene('no mail: near miss, eight in ten', visits(16, 4))
scene('no mail: near miss, ten in half an hour', visits(10, over=1800))
scene('no mail: IPv6', visits(10, client=BAD6), f'no_mail_sessions low client {BAD6}')
scene('no mail: told at doublings', visits(45), NOTHING + ' counts=10,20,40')
scene('no mail: look-alike, a monitor', visits(40, over=1200), options=('--home', 'example.org', '--monitors', BAD))
scene('no mail: look-alike, steady', visits(60, over=3600, jitter=0))
scene('no mail: look-alike, a balancer at home', visits(60, client=INSIDE))


# ---- connection_flood ----
def crowd(n, over=55, clients=(BAD,), mails=False):
    def play(c):
        dice = random.Random(n)
        for i in range(n):
            visit(c, (i + dice.random() * 0.5) * over / n, clients[i % len(clients)], mail('a@partner.example', f'p{i}@example.org') if mails else [])
    return play


FLOOD = f'connection_flood medium client {BAD}'
EMPTY = f'no_mail_sessions low client {BAD}'
scene('flood: 61 in a minute', crowd(61), FLOOD, EMPTY)
scene('flood: near miss, 59 in a minute', crowd(59), EMPTY)
scene('flood: near miss, 61 in two minutes', crowd(61, 120), EMPTY)
scene('flood: IPv6', crowd(61, clients=(BAD6,)), f'connection_flood medium client {BAD6}', f'no_mail_sessions low client {BAD6}')
NET = [f'203.0.113.{i}' for i in range(10, 60)]
scene('flood: of a network', crowd(400, clients=NET), 'connection_flood medium network 203.0.113.0/24')
scene('flood: look-alike, a pool', crowd(200, clients=NET, mails=True))
scene('flood: told at doublings', crowd(130), FLOOD + ' told=2', EMPTY)


def open_at_once(n, hold=400, step=4.0, lines=opening()):
    """`n` connections of one client, opened one by one, that go on for a while."""
    def play(c):
        for i in range(n):
            t = Talk(c, i * step, BAD, MX).open()
            for line in lines:
                t.wait(0.01).say(CLIENT if line[0] == 'C' else SERVER, line[3:])
            for _ in range(int((hold - i * step) // 10)):
                t.wait(10).c('NOOP ' + 'x' * 60).s('250 ok')
            t.close(CLIENT)
    return play


scene('flood: 50 open at once', open_at_once(50), FLOOD + ' count=50', EMPTY)
scene('flood: near miss, 60 in turns', open_at_once(60, 100, 10.0), '?' + EMPTY)
scene('flood: near miss, 49 open at once', open_at_once(49), EMPTY)


# ---- slow_session ----
def idle(n, seconds=120, step=1.0, client=BAD, owes=CLIENT, **more):
    """`n` sessions that fall silent.  `owes`: who should say something."""
    def play(c):
        for i in range(n):
            t = Talk(c, i * step, client, MX6 if ':' in client else MX).open()
            for line in opening():
                t.wait(0.01).say(CLIENT if line[0] == 'C' else SERVER, line[3:])
            if owes == SERVER:
                t.c('MAIL FROM:<a@partner.example>')
            t.wait(seconds)
            if owes == SERVER:
                t.s('250 ok')
            t.close(CLIENT)
    return play


SLOW = f'slow_session medium client {BAD}'
scene('slow: 20 idle', idle(20), SLOW, EMPTY)
scene('slow: near miss, 19', idle(19), EMPTY)
scene('slow: near miss, for 50 seconds', idle(20, 30), EMPTY)
scene('slow: near miss, one after another', idle(25, 100, 110))
scene('slow: IPv6', idle(20, client=BAD6), f'slow_session medium client {BAD6}', f'no_mail_sessions low client {BAD6}')
scene('slow: look-alike, a tarpit', idle(20, owes=SERVER))
scene('slow: look-alike, a tarpit before the greeting', lambda c: [tarpit(c, i) for i in range(20)], '?' + EMPTY)


def tarpit(c, at):
    t = Talk(c, at, BAD, MX).open()
    t.wait(100).s('220 mx.example.org ESMTP')
    t.c('QUIT').s('221 bye').close(CLIENT)


# ---- oversized_line ----
def command(line, reply='501 5.5.4 no', before=()):
    return [*before, 'C: ' + line, 'S: ' + reply]


LONG = f'oversized_line medium client {BAD}'
scene('long: HELO of 4096 octets', command('HELO ' + 'a' * 4091, '501 5.5.4 no'), LONG, f'exploit high client {BAD}')
scene('long: a command of 2049 octets', command('NOOP ' + 'a' * 2044, '250 ok'), LONG)
scene('long: near miss, 2020', command('NOOP ' + 'a' * 2015, '250 ok'))
scene('long: a line of 60,000 octets', command('NOOP ' + 'a' * 60000, '500 5.5.2 too long'), LONG)
scene('long: AUTH of 12300 octets', command('AUTH GSSAPI ' + 'QUFB' * 3072, '535 5.7.8 no'), LONG)
scene('long: an answer of 12300 octets', command('QUFB' * 3075, '535 5.7.8 no', ['C: AUTH GSSAPI', 'S: 334 ']), LONG)
scene('long: near miss, AUTH of 12000 octets', command('AUTH GSSAPI ' + 'QUFB' * 2990, '535 5.7.8 no'))
scene('long: near miss, an answer of 12000 octets', command('QUFB' * 3000, '535 5.7.8 no', ['C: AUTH GSSAPI', 'S: 334 ']))
scene('long: look-alike, ORCPT', ['C: MAIL FROM:<a@partner.example>', 'S: 250 ok',
                                  'C: RCPT TO:<bob@example.org> ORCPT=rfc822;' + 'bob+2B' * 80 + '@example.org', 'S: 250 ok'])
scene('long: look-alike, a path in UTF-8', ['C: MAIL FROM:<' + 'ж' * 120 + '@partner.example> SMTPUTF8', 'S: 250 ok'])
scene('long: a header line of 33 KiB', mail('a@partner.example', 'bob@example.org', more='X-Long: ' + 'a' * 33 * 1024 + '\r\n'), LONG)
scene('long: near miss, a header line of 31 KiB', mail('a@partner.example', 'bob@example.org', more='X-Long: ' + 'a' * 31 * 1024 + '\r\n'))
scene('long: look-alike, a line of the text', mail('a@partner.example', 'bob@example.org', more='Subject: x\r\n\r\n' + 'a' * 40 * 1024 + '\r\n'))


scene('long: look-alike, a folded field of 60 KiB',
      mail('a@partner.example', 'bob@example.org', more='X-Long: a\r\n' + (' ' + 'a' * 900 + '\r\n') * 60))


# ---- tcp_ambiguity ----
def doubtful(trick):
    """A dialogue in whose midst `trick` plays with the segments of RCPT."""
    def play(c):
        t = Talk(c, 0, BAD, MX).open()
        for line in opening() + ['C: MAIL FROM:<a@partner.example>', 'S: 250 ok']:
            t.wait(0.01).say(CLIENT if line[0] == 'C' else SERVER, line[3:])
        trick(t.wait(0.01))
        for line in ['S: 250 ok', 'C: DATA', 'S: 354 go', 'C: From: <a@partner.example>\r\n\r\nx\r\n.', 'S: 250 queued'] + BYE:
            t.wait(0.01).say(CLIENT if line[0] == 'C' else SERVER, line[3:])
        t.close(CLIENT)
    return play


RCPT, OTHER = b'RCPT TO:<bob@example.org>\r\n', b'RCPT TO:<eve@example.org>\r\n'
DOUBT = f'tcp_ambiguity medium client {BAD}'


def overlap(t, second=OTHER):
    seq = t.next[CLIENT]
    t.send(CLIENT, RCPT)
    t.wait(0.002).segment(CLIENT, PSH | ACK, second, seq=seq)
    t.wait(0.002).ack(SERVER)


def waiting_overlap(t):
    """Both are there before the octets before them."""
    seq = t.next[CLIENT]
    t.segment(CLIENT, PSH | ACK, RCPT[5:], seq=seq + 5)
    t.wait(0.002).segment(CLIENT, PSH | ACK, OTHER[5:], seq=seq + 5)
    t.wait(0.002).segment(CLIENT, PSH | ACK, RCPT[:5], seq=seq)
    t.wait(0.002).ack(SERVER)


def reset_outside(t):
    t.segment(CLIENT, 4, seq=t.next[CLIENT] + 900000)
    t.wait(0.002).send(CLIENT, RCPT).wait(0.002).ack(SERVER)


def beyond(t):
    t.segment(CLIENT, PSH | ACK, b'x' * 20, seq=t.next[CLIENT] + 200000)
    t.next[CLIENT] -= 200020
    t.wait(0.002).send(CLIENT, RCPT).wait(0.002).ack(SERVER)


def short_lived(t):
    """A copy with other octets that does not live to reach the server."""
    seq = t.next[CLIENT]
    t.segment(CLIENT, PSH | ACK, OTHER, seq=seq, ttl=2)
    t.wait(0.002).segment(CLIENT, PSH | ACK, RCPT, seq=seq)
    t.wait(0.002).ack(SERVER)


def urgent(t):
    t.segment(CLIENT, PSH | ACK | 32, RCPT).wait(0.002).ack(SERVER)


scene('doubt: other octets in the place of those that were read', doubtful(overlap), DOUBT, torn=False)
scene('doubt: a copy that does not live to reach the server', doubtful(short_lived), DOUBT, torn=False)
scene('doubt: the same while they wait', doubtful(waiting_overlap), DOUBT, torn=False)
scene('doubt: a reset outside of the window', doubtful(reset_outside), '?' + DOUBT, torn=False)
scene('doubt: beyond the window', doubtful(beyond), '?' + DOUBT, torn=False)
scene('doubt: urgent data', doubtful(urgent), '?' + DOUBT, torn=False)
scene('doubt: look-alike, sent again', doubtful(lambda t: overlap(t, RCPT)), torn=False)


def rewritten(c):
    """A firewall masks STARTTLS, and lets the original through when it is sent again."""
    t = Talk(c, 0, BAD, MX).open()
    t.s('220 mx.example.org ESMTP').c('EHLO mx.partner.example')
    seq = t.next[SERVER]
    t.send(SERVER, b'250-mx.example.org\r\n250-XXXXXXXA\r\n250 8BITMIME\r\n')
    t.wait(0.3).segment(SERVER, PSH | ACK, b'250-mx.example.org\r\n250-STARTTLS\r\n250 8BITMIME\r\n', seq=seq)
    t.wait(0.002).ack(CLIENT)
    for line in A_MAIL + BYE:
        t.wait(0.01).say(CLIENT if line[0] == 'C' else SERVER, line[3:])
    t.close(CLIENT)


scene('doubt: look-alike, a firewall rewrites', rewritten, f'?tcp_ambiguity low client {BAD}', 'starttls_stripped high server 192.0.2.25:25', torn=False)

