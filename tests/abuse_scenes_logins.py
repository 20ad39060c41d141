"""abuse_scenes_logins.py - scenes of abuse.py: guessed passwords, passwords in clear, scans (DETECTORS, section C)."""
import base64
import random

from abuse_talk import BYE, HOME, HOUR, MX, MX6, Scenes, login, mail, opening, visit
from packets import CLIENT, SERVER, Talk

SCENES = Scenes()
scene = SCENES.scene
BAD, BAD6, INSIDE, PEER = '203.0.113.7', '2001:db8:bad::7', '192.0.2.50', '198.51.100.9'
WRONG = '535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6'
OFFER = ('AUTH PLAIN LOGIN CRAM-MD5',)
FAR = [f'{30 + i}.1.2.3' for i in range(60)]
NET = [f'203.0.113.{i}' for i in range(10, 60)]


def tries(c, at, client, users, reply=WRONG, mechanism='CRAM-MD5', port=587, ends=BYE):
    """A session in which each user's password is tried once.  `ends` empty: the connection ends there."""
    lines = opening('pc', 'mx.example.org', *OFFER)
    for user in users:
        lines += login(user, reply, mechanism)
    c.session(at, client, MX6 if ':' in client else MX, lines + list(ends), port)


def failures(n, users=1, over=300, clients=(BAD,), each=1, steady=False, **more):
    def play(c):
        dice = random.Random(n)
        for i in range(0, n, each):
            tries(c, (i + (0 if steady else dice.random() * each * 0.8)) * over / n, clients[i % len(clients)], [f'user{k % users}' for k in range(i, min(i + each, n))], **more)
    return play


# ---- auth_guessing ----
GUESSING = f'auth_guessing medium client {BAD}'
scene('guessing: five', failures(5), GUESSING + ' told=1 count=5')
scene('guessing: near miss, four', failures(4))
scene('guessing: five in one session', failures(5, each=5), GUESSING)
scene('guessing: near miss, five in half an hour', failures(5, over=1800))
scene('guessing: nineteen', failures(19), GUESSING + ' counts=5,10')
scene('guessing: twenty', failures(20), GUESSING.replace('medium', 'high') + ' counts=5,10,20')
scene('guessing: IPv6', failures(5, clients=(BAD6,)), f'auth_guessing medium client {BAD6}')
for port in (25, 465, 587):
    scene(f'guessing: port {port}', failures(6, port=port), GUESSING)
for mechanism in ('PLAIN', 'LOGIN'):
    scene('guessing: ' + mechanism, failures(6, mechanism=mechanism), GUESSING, f'auth_in_clear low client {BAD}')
for name, reply in {'Exim': '535 Incorrect authentication data', 'Exchange': '535 5.7.3 Authentication unsuccessful',
                    'Exchange Online': '535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.',
                    'Gmail': '535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8 https://support.google.com/ a1si1 - gsmtp',
                    'Sendmail': '535 5.7.0 authentication failed', 'qmail': '535 authorization failed (#5.7.0)',
                    'a code of its own': '550 5.7.8 bad credentials'}.items():
    scene('guessing: dialect, ' + name, failures(6, reply=reply), GUESSING)
for name, reply in {'out of order': '454 4.7.0 Temporary authentication failure', 'unknown': '504 5.5.4 Unrecognized authentication type',
                    'TLS first': '538 5.7.11 Encryption required', 'TLS first, 530': '530 5.7.0 Must issue a STARTTLS command first'}.items():
    scene('guessing: look-alike, ' + name, failures(8, reply=reply))
scene('guessing: dropped ten times', failures(10, reply=None, ends=()), GUESSING)
scene('guessing: near miss, dropped nine times', failures(9, reply=None, ends=()))
scene('guessing: five, in step', failures(5, over=50, steady=True), GUESSING)
scene('guessing: look-alike, one user every five minutes', failures(288, over=86400, steady=True), f'?auth_guessing low client {BAD}')
scene('guessing: look-alike, one user every two minutes', failures(100, over=12000, steady=True), f'auth_guessing low client {BAD}')
scene('guessing: look-alike, an office', lambda c: [tries(c, i * 10, BAD, [f'user{i}'], *([WRONG] if i % 4 == 3 else ['235 2.7.0 ok'])) for i in range(40)])


# ---- auth_spray ----
def grid(users, each, over=3400, clients=(BAD,), **more):
    """`each` tries for each user, round after round."""
    return failures(users * each, users, over, clients, **more)


def far(nets, over=3400, user='bob', each=1, **more):
    """One user, from so many networks."""
    def play(c):
        for i in range(nets * each):
            tries(c, i * over / (nets * each), FAR[i % nets], [user], **more)
    return play


SPRAY = f'auth_spray high client {BAD}'
for users, each, due in ((10, 1, True), (12, 1, True), (12, 2, True), (11, 3, True), (9, 1, False), (9, 3, False)):
    also = [f'?auth_guessing {severity} client {BAD}' for severity in ['medium'] if users * each > 16]
    scene(f'spray: {users} users, {each} each', grid(users, each), *[SPRAY] * due, *also)
scene('spray: near miss, five for each, one after another', lambda c: [tries(c, i * 57, BAD, [f'user{i // 5}']) for i in range(60)],
      f'auth_guessing medium client {BAD}')
scene('spray: near miss, in four hours', grid(11, 1, over=4 * HOUR))
scene('spray: IPv6', grid(11, 1, clients=(BAD6,)), f'auth_spray high client {BAD6}')
scene('spray: a network', grid(24, 1, clients=NET[:12]), 'auth_spray high network 203.0.113.0/24')
scene('spray: one user from ten networks', far(10), 'auth_spray high user bob')
scene('spray: near miss, from nine', far(9))
scene('spray: near miss, from ten in four hours', far(10, 4 * HOUR))
scene('spray: look-alike, a gateway', grid(20, 1), options=HOME + ('--peers', BAD))
scene('spray: look-alike, a gateway where most logins work',
      lambda c: [tries(c, i * 30, BAD, [f'user{i}'], *([WRONG] if i % 5 == 0 else ['235 2.7.0 ok'])) for i in range(100)])


# ---- auth_success_after_failures ----
def found(before, known=None, over=200, clients=(BAD,), user='user0', users=1):
    """So many failures, then it works; `known`: a client that this user had come from."""
    def play(c):
        if known:
            tries(c, 0, known, [user], '235 2.7.0 ok')
        for i in range(before):
            tries(c, 600 + i * over / max(1, before), clients[i % len(clients)], [f'user{i % users}'])
        tries(c, 600 + over + 10, clients[0], [user], '235 2.7.0 ok')
    return play


FOUND = 'auth_success_after_failures critical user user0'
scene('found: behind five failures', found(5), FOUND, GUESSING)
scene('found: behind a spray', found(12, over=3000, users=12), FOUND, SPRAY)
scene('found: from where others fail', found(6, known=PEER), FOUND, GUESSING)
scene('found: near miss, behind two', found(2))
scene('found: near miss, behind four', found(4))
scene('found: look-alike, mistyped at a known place', found(5, known=BAD), '?auth_success_after_failures low user user0', GUESSING)
scene('found: look-alike, two hours later', lambda c: (failures(5)(c), tries(c, 3 * HOUR, BAD, ['user0'], '235 2.7.0 ok')), GUESSING)


# ---- auth_in_clear ----
CLEAR = f'auth_in_clear medium client {BAD}'


def logged_in(mechanism, reply, client=BAD, server=MX, **more):
    return lambda c: c.session(0, client, MX6 if ':' in client else server, opening('pc', 'mx.example.org', *OFFER) + login('bob', reply, mechanism) +
                               (mail('bob@example.org', 'a@partner.example') if reply[0] == '2' else []) + BYE, 587)


for mechanism in ('PLAIN', 'LOGIN'):
    scene('clear: ' + mechanism, logged_in(mechanism, '235 2.7.0 ok'), CLEAR)
    scene(f'clear: {mechanism} fails', logged_in(mechanism, WRONG), CLEAR.replace('medium', 'low'))
    scene(f'clear: {mechanism} over IPv6', logged_in(mechanism, '235 2.7.0 ok', BAD6), f'auth_in_clear medium client {BAD6}')
    scene(f'clear: look-alike, {mechanism} at home', logged_in(mechanism, '235 2.7.0 ok', INSIDE), silent=('auth_in_clear',))
    scene(f'clear: look-alike, {mechanism} within the machine', logged_in(mechanism, '235 2.7.0 ok', '127.0.0.1', '127.0.0.1'), silent=('auth_in_clear',))
scene('clear: PLAIN behind its challenge', ['C: AUTH PLAIN', 'S: 334 ', 'C: ' + base64.b64encode(b'\0bob\0secret').decode(), 'S: 235 ok'], CLEAR)
scene('clear: LOGIN with the name at once', ['C: AUTH LOGIN Ym9i', 'S: 334 UGFzc3dvcmQ6', 'C: c2VjcmV0', 'S: 235 ok'], CLEAR)
scene('clear: CRAM-MD5', logged_in('CRAM-MD5', '235 2.7.0 ok'), f'auth_in_clear info client {BAD}')
for mechanism in ('SCRAM-SHA-1', 'SCRAM-SHA-256'):
    scene('clear: ' + mechanism, [f'C: AUTH {mechanism} ' + base64.b64encode(b'n,,n=bob,r=fyko+d2lbbFgONRv9qkxdawL').decode(), 'S: 334 cj1meWtv',
                                  'C: Yz1iaXdz', 'S: 235 ok'], f'auth_in_clear info client {BAD}')
scene('clear: near miss, LOGIN is not known', ['C: AUTH LOGIN', 'S: 504 5.5.4 no'], silent=('auth_in_clear',))
scene('clear: near miss, LOGIN is given up', ['C: AUTH LOGIN', 'S: 334 VXNlcm5hbWU6', 'C: *', 'S: 501 5.7.0 cancelled'], silent=('auth_in_clear',))


# ---- scanner ----
def sweep(servers, over=3000, client=BAD, mails=None, ports=(25,), lines=()):
    def play(c):
        for i in range(servers):
            for k, port in enumerate(ports):
                visit(c, (i + k / 9) * over / servers, client, mail('a@partner.example', 'bob@example.org') if i == mails else list(lines),
                      (f'2001:db8:25::{i + 1:x}' if ':' in client else f'192.0.2.{i + 1}'), port=port)
    return play


SCAN = f'scanner info client {BAD}'
scene('scan: ten servers', sweep(10), SCAN, f'?no_mail_sessions low client {BAD}')
scene('scan: near miss, nine', sweep(9), silent=('scanner',))
scene('scan: near miss, in four hours', sweep(10, 4 * HOUR), silent=('scanner',))
scene('scan: near miss, one mail', sweep(11, mails=5), silent=('scanner',))
scene('scan: IPv6', sweep(10, client=BAD6), f'scanner info client {BAD6}')
scene('scan: each mail port of one server', sweep(1, ports=(25, 465, 587)), SCAN)
scene('scan: look-alike, a monitor', sweep(20), options=HOME + ('--monitors', BAD), silent=('scanner',))
