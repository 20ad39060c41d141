"""abuse_talk.py - dialogues for the scenes of abuse.py, and what a scene is."""
import base64
from collections import namedtuple

# `due`: lines as abuse.due_of() reads them; `silent`: detectors that may not even tell info; `torn`: played in pieces, too.
Scene = namedtuple('Scene', 'name play due options silent torn')
HOME = ('--home', '192.0.2.0/24,2001:db8:25::/48,example.org')
MX, MX6 = '192.0.2.25', '2001:db8:25::25'
HOUR, DAY = 3600, 86400
UNKNOWN = '550 5.1.1 no such user here'
BYE = ['C: QUIT', 'S: 221 bye']


class Scenes(list):
    """The scenes of a file.  `play` puts packets into a capture; or it is the lines of one dialogue with a stranger."""

    def scene(self, name, play, *due, options=HOME, silent=(), torn=True):
        lines = play
        self.append(Scene(name, play if callable(play) else lambda c: visit(c, 0, '203.0.113.7', lines), due, options, silent, torn))


def opening(helo='mx.partner.example', host='mx.example.org', *extensions, verb='EHLO'):
    lines = [f'S: 220 {host} ESMTP', f'C: {verb} {helo}']
    words = [host, 'PIPELINING', *extensions, '8BITMIME'] if verb == 'EHLO' else [host]
    return lines + ['S: ' + '\r\n'.join('250%s%s' % (' ' if i + 1 == len(words) else '-', w) for i, w in enumerate(words))]


def login(user, reply='235 2.7.0 ok', mechanism='CRAM-MD5', password='secret'):
    """`reply` None: the server says nothing more."""
    answer = base64.b64encode(b'%s 0123456789abcdef0123456789abcdef' % user.encode()).decode()
    if mechanism == 'CRAM-MD5':
        lines = ['C: AUTH CRAM-MD5', 'S: 334 PDEyMzQ1QGV4YW1wbGUub3JnPg==', 'C: ' + answer]
    elif mechanism == 'LOGIN':
        lines = ['C: AUTH LOGIN', 'S: 334 VXNlcm5hbWU6', 'C: ' + base64.b64encode(user.encode()).decode(), 'S: 334 UGFzc3dvcmQ6',
                 'C: ' + base64.b64encode(password.encode()).decode()]
    else:
        lines = [f'C: AUTH {mechanism} ' + base64.b64encode(f'\0{user}\0{password}'.encode()).decode()]
    return lines + (['S: ' + reply] if reply else [])


def text(sender, octets=200, more=''):
    return '%sFrom: <%s>\r\nSubject: n\r\n\r\n%s\r\n.' % (more, sender, '\r\n'.join(['x' * 70] * (octets // 72 + 1)))


def mail(sender, *recipients, end='250 2.0.0 queued', octets=200, more=''):
    """A recipient may be a pair: address and reply.  The message is sent when one was taken."""
    lines, taken = [f'C: MAIL FROM:<{sender}>', 'S: 250 2.1.0 ok'], 0
    for r in recipients:
        address, reply = r if isinstance(r, tuple) else (r, '250 2.1.5 ok')
        lines += [f'C: RCPT TO:<{address}>', 'S: ' + reply]
        taken += reply[0] == '2'
    if not taken:
        return lines
    return lines + ['C: DATA', 'S: 354 go on', 'C: ' + text(sender or 'mailer-daemon@partner.example', octets, more), 'S: ' + end]


def visit(c, at, client, lines, server=None, helo='mx.partner.example', port=25, more=(), **terms):
    """One session from greeting to QUIT, over IPv6 when the client's address is one."""
    server = server or (MX6 if ':' in client else MX)
    c.session(at, client, server, opening(helo, 'mx.example.org', *more) + lines + BYE, port, **terms)
