"""abuse_scenes_conduct.py - scenes of abuse.py: how a client speaks, and how often it comes (DETECTORS, section A)."""
from abuse_talk import BYE, HOUR, MX, MX6, Scenes, login, mail, opening, visit
from handshake import client_hello
from packets import ACK, CLIENT, PSH, RST, SERVER, SYN, Talk

SCENES = Scenes()
scene = SCENES.scene
BAD, BAD6, PARTNER, INSIDE = '203.0.113.7', '2001:db8:bad::7', '198.51.100.9', '192.0.2.50'
A_MAIL = mail('a@partner.example', 'bob@example.org')


def talk(play, client=BAD, port=25, opened=True):
    """A scene of one connection, said segment by segment."""
    def whole(c):
        t = Talk(c, 0, client, MX6 if ':' in client else MX, port)
        if opened:
            t.open()
        play(t)
        t.wait(1).close(CLIENT)
    return whole


def lines(t, dialogue):
    for line in dialogue:
        t.say(CLIENT if line[0] == 'C' else SERVER, line[3:])


def early(t, data, **more):
    """Octets of the client that acknowledge nothing of the server's but its SYN."""
    return t.segment(CLIENT, PSH | ACK, data, ack=5001, **more)


def times(n, play, step=60, **more):
    """The same connection several times."""
    def whole(c):
        for i in range(n):
            t = Talk(c, i * step, more.get('client', BAD), MX)
            play(t.open())
            t.wait(1).close(CLIENT)
    return whole


# ---- early_talker ----
GREETED = opening()[1:] + A_MAIL + BYE
EARLY = f'early_talker medium client {BAD}'


def before_greeting(t, data=b'EHLO mx.partner.example\r\n', rest=None):
    early(t, data)
    t.wait(0.5).s('220 mx.example.org ESMTP')
    lines(t, opening()[2:] + A_MAIL + BYE if rest is None else rest)


scene('early: EHLO before the greeting', talk(before_greeting), EARLY + ' told=1')
scene('early: IPv6', talk(before_greeting, BAD6), f'early_talker medium client {BAD6}')
scene('early: one octet', talk(lambda t: before_greeting(t, b'E', ['C: HLO mx.partner.example'] + opening()[2:] + A_MAIL + BYE)), EARLY)
scene('early: on the submission port', talk(before_greeting, port=587), EARLY)
scene('early: eight times', times(8, before_greeting), EARLY + ' counts=1,2,4,8')


def crossed(t):
    """The greeting is captured first, but the client had not seen it."""
    t.send(SERVER, b'220 mx.example.org ESMTP\r\n')
    early(t.wait(0.001), b'EHLO mx.partner.example\r\n')
    lines(t.wait(0.01), opening()[2:] + A_MAIL + BYE)


def swapped(t):
    """EHLO is captured first, but it acknowledges the greeting."""
    greeting = b'220 mx.example.org ESMTP\r\n'
    t.segment(CLIENT, PSH | ACK, b'EHLO mx.partner.example\r\n', ack=5001 + len(greeting))
    t.wait(0.001).send(SERVER, greeting)
    lines(t.wait(0.01), opening()[2:] + A_MAIL + BYE)


def teased(t):
    t.s('220-mx.example.org ESMTP')
    t.send(CLIENT, b'EHLO mx.partner.example\r\n')
    t.wait(6).s('220 mx.example.org ESMTP')
    lines(t, opening()[2:] + A_MAIL + BYE)


def unseen_greeting(t):
    t.next[SERVER] += 26
    lines(t, GREETED)


scene('early: the greeting was under way', talk(crossed), EARLY)
scene('early: between the lines of a greeting', talk(teased), EARLY)
scene('early: look-alike, packets swapped', talk(swapped))
scene('early: look-alike, the greeting is not captured', talk(unseen_greeting))
for name, header in (('PROXY', b'PROXY TCP4 198.51.100.9 192.0.2.25 40000 25\r\n'), ('PROXY UNKNOWN', b'PROXY UNKNOWN\r\n'),
                     ('binary PROXY', b'\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c' + bytes((198, 51, 100, 9, 192, 0, 2, 25, 0x9C, 0x40, 0, 25)))):
    scene('early: look-alike, ' + name, talk(lambda t, header=header: before_greeting(t, header, GREETED), INSIDE))
scene('early: look-alike, TLS on 465', talk(lambda t: early(t, client_hello()), port=465))
PIPE = ('X_PIPE_CONNECT', 'PIPECONNECT')


def learnt(word, client=BAD):
    def play(c):
        visit(c, 0, BAD, A_MAIL, more=(word,))
        t = Talk(c, 60, client, MX).open()
        before_greeting(t, rest=opening('', 'mx.example.org', word)[2:] + A_MAIL + BYE)
        t.close(CLIENT)
    return play


for word in PIPE:
    scene('early: look-alike, learnt ' + word, learnt(word))
scene('early: learnt something else', learnt('PIPELINED'), EARLY)

# ---- unasked_pipelining ----
UNASKED, LATER = f'unasked_pipelining medium client {BAD}', f'unasked_pipelining low client {BAD}'
PLAIN = ['S: 220 mx.example.org ESMTP', 'C: EHLO mx.partner.example', 'S: 250-mx.example.org\r\n250 8BITMIME']
OFFERED = opening()


def group(before, commands, replies, after):
    """`commands` in one segment, then a reply to each."""
    def play(t):
        lines(t, before)
        t.send(CLIENT, ''.join(c + '\r\n' for c in commands).encode())
        for r in replies:
            t.wait(0.02).s(r)
        lines(t, after)
    return talk(play)


FROM, TO = 'MAIL FROM:<a@partner.example>', 'RCPT TO:<bob@example.org>'
BODY, BODY_END = ['From: <a@partner.example>', '', 'x', '.'], ['C: From: <a@partner.example>\r\n\r\nx\r\n.', 'S: 250 2.0.0 queued'] + BYE
LIST = '250-mx.example.org\r\n250-PIPELINING\r\n250 8BITMIME'
scene('unasked: all at once', group(OFFERED[:1], ['EHLO mx.partner.example', FROM, TO, 'DATA'],
                                    [LIST, '250 ok', '250 ok', '354 go'], BODY_END), UNASKED)
scene('unasked: not offered', group(PLAIN, [FROM, TO, 'DATA'], ['250 ok', '250 ok', '354 go'], BODY_END), LATER)
scene('unasked: behind HELO', group(['S: 220 mx.example.org', 'C: HELO mx.partner.example', 'S: 250 hello'], [FROM, TO, 'DATA'],
                                    ['250 ok', '250 ok', '354 go'], BODY_END), LATER)
scene('unasked: behind MAIL only', group(PLAIN + ['C: ' + FROM, 'S: 250 ok'], [TO, 'DATA'], ['250 ok', '354 go'], BODY_END),
      LATER)
scene('unasked: text behind DATA', group(PLAIN + ['C: ' + FROM, 'S: 250 ok', 'C: ' + TO, 'S: 250 ok'], ['DATA'] + BODY,
                                         ['354 go', '250 queued'], BYE), LATER)
scene('unasked: behind AUTH', group(opening('mx.partner.example', 'mx.example.org', 'AUTH CRAM-MD5 GSSAPI'), ['AUTH GSSAPI', FROM],
                                    ['535 5.7.8 no', '250 ok'], BYE), UNASKED, '?auth_guessing low client ' + BAD)
scene('unasked: a group behind EHLO', group(OFFERED[:1], ['EHLO mx.partner.example', FROM], [LIST, '250 ok'], BYE), UNASKED)
scene('unasked: look-alike, offered', group(OFFERED, [FROM, TO, 'DATA'], ['250 ok', '250 ok', '354 go'], BODY_END))
scene('unasked: look-alike, offered, QUIT behind the text',
      group(OFFERED + ['C: ' + FROM, 'S: 250 ok', 'C: ' + TO, 'S: 250 ok', 'C: DATA', 'S: 354 go'], BODY + ['QUIT'], ['250 queued', '221 bye'], []))
scene('unasked: look-alike, offered before RSET', group(OFFERED + ['C: RSET', 'S: 250 ok'], [FROM, TO, 'DATA'], ['250 ok', '250 ok', '354 go'],
                                                        BODY_END))
scene('unasked: look-alike, learnt from an earlier EHLO',
      group(OFFERED + A_MAIL + ['C: EHLO mx.partner.example', 'S: 250-mx.example.org\r\n250-PIPELINING\r\n250 8BITMIME'], ['RSET', FROM, TO],
            ['250 ok', '250 ok', '250 ok'], BYE))


def overtaken(t):
    """RCPT is captured before the reply to MAIL that it acknowledges."""
    lines(t, PLAIN)
    t.c(FROM)
    t.segment(CLIENT, PSH | ACK, (TO + '\r\n').encode(), ack=t.next[SERVER] + 8)
    t.wait(0.001).send(SERVER, b'250 ok\r\n')
    lines(t.wait(0.01), ['S: 250 ok', 'C: DATA', 'S: 354 go'] + BODY_END)


def not_yet_seen(t):
    """RCPT is captured behind the reply to MAIL, but does not acknowledge it."""
    lines(t, PLAIN)
    t.c(FROM)
    ack = t.next[SERVER]
    t.send(SERVER, b'250 ok\r\n')
    t.wait(0.001).segment(CLIENT, PSH | ACK, (TO + '\r\n').encode(), ack=ack)
    lines(t.wait(0.01), ['S: 250 ok', 'C: DATA', 'S: 354 go'] + BODY_END)


def alone(side):
    def play(c):
        group(PLAIN, [FROM, TO, 'DATA'], ['250 ok', '250 ok', '354 go'], BODY_END)(c)
        c.packets = [p for p in c.packets if (p[1][12:16] == bytes((203, 0, 113, 7))) == (side == CLIENT)]
    return play


scene('unasked: look-alike, packets swapped', talk(overtaken))
scene('unasked: the reply was under way', talk(not_yet_seen), LATER)
scene('unasked: look-alike, the client alone', alone(CLIENT))
scene('unasked: look-alike, the server alone', alone(SERVER))


# ---- bare_newline ----
def newlines(text, client=BAD, **more):
    def play(t):
        lines(t, OFFERED[:1])
        for line in text:
            t.wait(0.01).send(CLIENT, line)
            t.wait(0.01).s('250 ok' if line[:4] != b'DATA' else '354 go')
    return talk(play, client, **more)


LF_ONLY = [b'HELO mx.partner.example\n', b'MAIL FROM:<a@partner.example>\n', b'RCPT TO:<bob@example.org>\n', b'QUIT\n']
CRLF = [x[:-1] + b'\r\n' for x in LF_ONLY]
scene('bare newline: all lines', newlines(LF_ONLY), f'bare_newline low client {BAD}')
scene('bare newline: one line', newlines(CRLF[:2] + LF_ONLY[2:3] + CRLF[3:]), f'bare_newline low client {BAD}')
scene('bare newline: IPv6', newlines(LF_ONLY, BAD6), f'bare_newline low client {BAD6}')
scene('bare newline: near miss', newlines(CRLF))
scene('bare newline: look-alike, netcat at home', newlines(LF_ONLY, INSIDE))
scene('bare newline: look-alike, in the text', newlines(CRLF[:3] + [b'DATA\r\n', b'From: <a@partner.example>\r\n\r\none\ntwo\r\n.\r\n'] + CRLF[3:]))


# ---- non_smtp_protocol ----
def spoken(data, replies=('500 5.5.2 what?',), **more):
    def play(t):
        lines(t, OFFERED[:1])
        t.wait(0.01).send(CLIENT, data)
        for r in replies:
            t.wait(0.01).s(r)
    return talk(play, **more)


FOREIGN = f'non_smtp_protocol medium client {BAD}'
ALSO = f'?protocol_errors low client {BAD}', f'?bare_newline low client {BAD}'
HTTP = b' / HTTP/1.1\r\nHost: 192.0.2.25:25\r\nUser-Agent: x\r\n\r\n'
WHAT = ('500 5.5.2 what?',)
for verb in (b'GET', b'POST', b'CONNECT', b'OPTIONS', b'HEAD'):
    scene('foreign: ' + verb.decode(), spoken(verb + HTTP, WHAT * 4), FOREIGN, *ALSO)
for name, data in (('HTTP/', b'HTTP/1.1 200 OK\r\n'), ('SSH', b'SSH-2.0-OpenSSH_9.2\r\n'), ('a header line', b'Subject: hello\r\n'),
                   ('RDP', b'\x03\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0'), ('SOCKS4', b'\4\1\0\x19\xc0\0\2\x19\0'), ('SOCKS5', b'\5\1\0'),
                   ('SMB1', b'\0\0\0\x2f\xffSMBr' + bytes(42)), ('SMB2', b'\0\0\0\x40\xfeSMB' + bytes(60)), ('TLS', client_hello())):
    scene('foreign: ' + name, spoken(data), FOREIGN, *ALSO)
scene('foreign: GET on 587', spoken(b'GET' + HTTP, WHAT * 4, port=587), FOREIGN, *ALSO)
scene('foreign: GET over IPv6', spoken(b'GET' + HTTP, WHAT * 4, client=BAD6), f'non_smtp_protocol medium client {BAD6}',
      f'?protocol_errors low client {BAD6}')
scene('foreign: look-alike, TLS on 587', spoken(client_hello(), port=587), f'non_smtp_protocol info client {BAD}')
scene('foreign: near miss, GETTING', spoken(b'GETTING on\r\n'), silent=('non_smtp_protocol',))
scene('foreign: near miss, HELP', spoken(b'HELP\r\n', ['214 see RFC 5321']), silent=('non_smtp_protocol',))
REQUEST = b'POST' + HTTP + b'\r\n'.join([b'EHLO x.example', *(x.encode() for x in (FROM, TO)), b'DATA', b'Subject: x', b'', b'x', b'.', b'QUIT', b''])
scene('foreign: a dialogue in a request', spoken(REQUEST, WHAT * 4 + (LIST, '250 ok', '250 ok', '354 go', '250 queued', '221 bye')),
      f'non_smtp_protocol high client {BAD}', f'unasked_pipelining medium client {BAD}', *ALSO)


# ---- protocol_errors ----
def verbs(n, reply='500 5.5.2 Error: command not recognized', command='FOO%d'):
    return [x for i in range(n) for x in ('C: ' + (command % i if '%' in command else command), 'S: ' + reply)]


ERRORS = f'protocol_errors low client {BAD}'
UNRECOGNIZED = ('500 5.5.2 Error: command not recognized', '502 5.5.2 Error: command not recognized', '500 unrecognized command',
                '500 5.3.3 Unrecognized command \'FOO\'', '500 5.5.1 Command unrecognized: "FOO"', '502-5.5.1 Unrecognized command. For more\r\n502 5.5.1 - gsmtp',
                '502 unimplemented (#5.5.1)')
for i, reply in enumerate(UNRECOGNIZED):
    scene(f'errors: three unknown, dialect {i}', verbs(3, reply), ERRORS)
    scene(f'errors: near miss, two unknown, dialect {i}', verbs(2, reply))
for code in (501, 502, 503, 504, 555):
    refused = {501: 'NOOP x y', 502: 'HELP', 503: 'DATA', 504: 'AUTH FOO%d', 555: 'MAIL FROM:<a@partner.example> FOO=%d'}[code]
    scene(f'errors: ten times {code}', verbs(10, f'{code} 5.5.{code % 5} no', refused), ERRORS, f'?auth_guessing medium client {BAD}')
    scene(f'errors: near miss, nine times {code}', verbs(9, f'{code} 5.5.{code % 5} no', refused), f'?auth_guessing medium client {BAD}')
scene('errors: look-alike, XCLIENT and kinds of AUTH',
      ['C: XCLIENT ADDR=192.0.2.1', 'S: 550 5.7.0 no', 'C: AUTH NTLM', 'S: 504 5.5.4 no', 'C: AUTH CRAM-MD5', 'S: 504 5.5.4 no', 'C: AUTH LOGIN', 'S: 504 5.5.4 no'] + A_MAIL)
scene('errors: look-alike, recipients refused', mail('a@partner.example', *[(f'u{i}@example.org', '550 5.7.1 no') for i in range(12)]))
