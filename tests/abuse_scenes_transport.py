"""abuse_scenes_transport.py - scenes of abuse.py: what is done to TLS, and to the end of a message (DETECTORS, section E)."""
from abuse_talk import BYE, DAY, MX, MX6, Scenes, mail, opening
from handshake import TLS13, alert, certificate, client_end, client_hello, record, server_end, server_flight
from packets import CLIENT, SERVER, Talk

SCENES = Scenes()
scene = SCENES.scene
HIM, HER, SRV = '198.51.100.1', '203.0.113.7', '192.0.2.25:25'
OFFER, NONE = opening('mx.partner.example', 'mx.example.org', 'STARTTLS'), opening('mx.partner.example')
ASK, READY = ['C: STARTTLS'], ['S: 220 2.0.0 ready']
HELLO, FLIGHT = client_hello('mx.example.org'), server_flight(certificate=certificate(names=('mx.example.org',)))
FINE = mail('a@partner.example', 'p@example.org')


def talk(c, at, client, steps, port=25, server=None):
    """Steps: lines, pairs of side and octets, seconds to wait, or words that end it."""
    t = Talk(c, at, client, server or (MX6 if ':' in client else MX), port).open()
    for step in steps:
        t.wait(0.01)
        if isinstance(step, tuple):
            t.send(*step).wait(0.005).ack(1 - step[0])
        elif not isinstance(step, str):
            t.wait(step)
        elif step in ('bye', 'gone'):
            return t.close(CLIENT if step == 'bye' else SERVER)
        else:
            t.say(CLIENT if step[0] == 'C' else SERVER, step[3:])
    return t


def inside(hello=HELLO, flight=FLIGHT, version=0x0303):
    return [(CLIENT, hello), (SERVER, flight), (CLIENT, client_end(version)), (SERVER, server_end(version) or record(23, bytes(60))),
            (CLIENT, record(23, bytes(60))), (SERVER, record(23, bytes(60))), 'bye']


def each(*sessions, step=60):
    """Sessions are pairs of client and steps; lists of them one after another."""
    return lambda c: [talk(c, i * step, who, steps) for i, (who, steps) in enumerate(sessions)]


# ---- STARTTLS is taken away ----
STRIPPED, DOUBTFUL = ('starttls_stripped %s server %s' % (x, SRV) for x in ('high', 'medium'))
PLAIN, WITHOUT, USED = OFFER + FINE + BYE + ['bye'], NONE + FINE + BYE + ['bye'], OFFER + ASK + READY + inside()


def masked(word):
    return opening('mx.partner.example', 'mx.example.org', word) + BYE + ['bye']


scene('stripped: masked, XXXXXXXA', each((HIM, masked('XXXXXXXA'))), STRIPPED)
scene('stripped: masked, XXXXB', each((HIM, masked('XXXXB'))), STRIPPED)
scene('stripped: near miss, XXXA', each((HIM, masked('XXXA'))))
scene('stripped: look-alike, XFORWARD and XCLIENT', each((HIM, masked('XFORWARD NAME ADDR')), (HIM, masked('XCLIENT NAME'))))
scene('stripped: a masked command', each((HIM, OFFER + ['C: XXXXXXXX', 'S: 500 5.5.1 command unrecognized'] + BYE + ['bye'])), STRIPPED)
scene('stripped: refused for good', each((HIM, OFFER + ASK + ['S: 554 5.7.3 no'] + BYE + ['bye'])), DOUBTFUL)
scene('stripped: refused for good, but not to others', each(*[(HER, USED)] * 5, (HIM, OFFER + ASK + ['S: 554 5.7.3 no'] + BYE + ['bye'])), STRIPPED)
scene('stripped: near miss, refused for now', each((HIM, OFFER + ASK + ['S: 454 4.7.0 later'] + BYE + ['bye'])))
scene('stripped: gone for one network', each(*[(HIM, USED)] * 5, (HER, WITHOUT)), DOUBTFUL)
scene('stripped: gone for one network, and others have it', each(*[(HIM, USED)] * 5, (HER, WITHOUT), (HIM, USED)), STRIPPED)
scene('stripped: near miss, it comes and goes for the same', each(*[(HIM, USED)] * 5, (HER, WITHOUT), (HER, USED), (HIM, USED)), DOUBTFUL)
scene('stripped: near miss, offered four times', each(*[(HIM, USED)] * 4, (HER, WITHOUT)))
scene('stripped: near miss, offered long ago', lambda c: (each(*[(HIM, USED)] * 5)(c), talk(c, 2 * DAY, HER, WITHOUT)))
scene('stripped: look-alike, gone for everybody',
      each(*[('198.51.%d.1' % i, USED) for i in range(6)], *[('198.51.%d.1' % i, WITHOUT) for i in range(6)]),
      DOUBTFUL)
scene('stripped: gone for one network of IPv6', each(*[('2001:db8:%d::1' % i, USED) for i in range(5)], ('2001:db8:99::1', WITHOUT)),
      'starttls_stripped medium server [2001:db8:25::25]:25')

UNUSED = 'starttls_unused low client ' + HIM
scene('unused: in plain text, after TLS', each((HIM, USED), (HIM, PLAIN)), UNUSED)
scene('unused: near miss, another client', each((HIM, USED), (HER, PLAIN)))
scene('unused: near miss, always in plain text', each((HIM, PLAIN), (HIM, PLAIN)))
scene('unused: near miss, no mail', each((HIM, USED), (HIM, OFFER + BYE + ['bye'])))
scene('unused: over IPv6', each(('2001:db8:1::1', USED), ('2001:db8:1::1', PLAIN)), 'starttls_unused low client 2001:db8:1::1')


# ---- words glued to the switch ----
GLUE = b'STARTTLS\r\nMAIL FROM:<evil@partner.example>\r\n'
REPLY = b'220 2.0.0 ready\r\n250 2.1.0 injected\r\n'


def split(side, octets, tail):
    """A session for each place where the octets can be cut in two; each from a client of its own."""
    def play(c):
        for at in range(1, len(octets) + 1):
            cut = [(side, octets[:at])] + [(side, octets[at:])] * (at < len(octets))
            steps = OFFER + (cut + READY if side == CLIENT else ASK + cut) + tail
            talk(c, at * 3, '198.51.%d.1' % at, steps)
    return play, ['starttls_injection high client 198.51.%d.1' % at for at in range(1, len(octets) + 1)]


for name, side, octets in ('client', CLIENT, GLUE), ('server', SERVER, REPLY):
    play, due = split(side, octets, inside())
    scene('injection: by the %s, cut everywhere' % name, play, *due, torn=False)
scene('injection: over IPv6', each(('2001:db8:1::1', OFFER + [(CLIENT, GLUE)] + READY + inside())),
      'starttls_injection high client 2001:db8:1::1')
scene('injection: look-alike, an empty line', each((HIM, OFFER + [(CLIENT, b'STARTTLS\r\n\r\n')] + READY + inside())),
      'starttls_injection low client ' + HIM)
scene('injection: look-alike, spaces', each((HIM, OFFER + [(CLIENT, b'STARTTLS\r\n  ')] + READY + inside())),
      'starttls_injection low client ' + HIM)
scene('injection: near miss, the hello comes early', each((HIM, OFFER + [(CLIENT, b'STARTTLS\r\n' + HELLO)] + READY + inside()[1:])))
scene('injection: near miss, nothing', each((HIM, USED)))

# ---- handshakes that fail ----
FAILED = 'tls_failed low client ' + HIM


def fails(*end):
    return OFFER + ASK + READY + [(CLIENT, HELLO), *end]


for name, end, says in (('handshake_failure', [(SERVER, alert(40)), 'gone'], 'handshake_failure'),
                        ('protocol_version', [(SERVER, alert(70)), 'gone'], 'protocol_version'),
                        ('unknown_ca', [(SERVER, FLIGHT), (CLIENT, alert(48)), 'bye'], 'unknown_ca'),
                        ('certificate_expired', [(SERVER, FLIGHT), (CLIENT, alert(45)), 'bye'], 'certificate_expired'),
                        ('internal_error', [(SERVER, alert(80)), 'gone'], 'internal_error'),
                        ('closed', ['gone'], '3 handshakes')):
    scene('failed: three times, ' + name, each(*[(HIM, fails(*end))] * 3), FAILED + ' : ' + says)
scene('failed: plain text instead', each(*[(HIM, OFFER + ASK + READY + FINE + BYE + ['bye'])] * 3), FAILED)
scene('failed: near miss, twice', each(*[(HIM, fails((SERVER, alert(40)), 'gone'))] * 2))
scene('failed: near miss, three clients', each(*[(who, fails((SERVER, alert(40)), 'gone')) for who in (HIM, HER, '198.51.100.9')]))
scene('failed: near miss, three in an hour', each(*[(HIM, fails((SERVER, alert(40)), 'gone'))] * 3, step=1500))

# ---- TLS that protects little ----


def agrees(version, cipher, offer=None, port=25, rsa=True, **more):
    offer = offer or client_hello('mx.example.org', (cipher, 0x00FF), (version,))
    steps = inside(offer, server_flight(version, cipher, certificate(names=('mx.example.org',), **more), rsa=rsa), version)
    return lambda c: talk(c, 0, HIM, OFFER + ASK + READY + steps, port)


for name, version, cipher in (('SSL 3', 0x0300, 0x002F), ('TLS 1.0', 0x0301, 0x002F), ('TLS 1.1', 0x0302, 0x002F),
                              ('RC4', 0x0303, 0x0005), ('export', 0x0303, 0x0003), ('export, 40 bit DES', 0x0303, 0x0008),
                              ('3DES', 0x0303, 0x000A), ('3DES and ECDHE', 0x0303, 0xC012), ('DES', 0x0303, 0x0009),
                              ('no cipher', 0x0303, 0x0002)):
    scene('weak: ' + name, agrees(version, cipher), 'tls_weak low client ' + HIM)
for name, hello in (('SSL 3', client_hello('', (0x0005, 0x000A), (0x0300,))), ('TLS 1.0', client_hello('', (0x002F, 0x0035), (0x0301,))),
                    ('RC4 alone', client_hello('', (0x0005, 0x0004), (0x0303,))), ('3DES alone', client_hello('', (0x000A,), (0x0303,))),
                    ('export alone', client_hello('', (0x0003, 0x0006, 0x0008), (0x0303,)))):
    scene('weak: a client offers %s, and is refused' % name, each((HIM, OFFER + ASK + READY + [(CLIENT, hello), (SERVER, alert(40)), 'gone'])),
          'tls_weak low client ' + HIM)
scene('weak: near miss, TLS 1.2', agrees(0x0303, 0xC02F, HELLO, rsa=False))
scene('weak: near miss, TLS 1.3', lambda c: talk(c, 0, HIM, OFFER + ASK + READY + inside(HELLO, server_flight(TLS13), TLS13)))
scene('weak: look-alike, anonymous between servers', agrees(0x0303, 0xC018, rsa=False))
scene('weak: look-alike, signed by itself', agrees(0x0303, 0xC02F, HELLO, rsa=False, issuer=None))
scene('weak: expired', agrees(0x0303, 0xC02F, HELLO, rsa=False, end='20260110000000Z'), 'tls_weak low server ' + SRV)
scene('weak: RC4 was offered, too, and not taken',
      agrees(0x0303, 0xC02F, client_hello('mx.example.org', (0x0005, 0x000A, 0xC02F), (0x0303,)), rsa=False))

# ---- a second mail inside the first ----
ENDS = {'LF.LF': '\n.\n', 'LF.CRLF': '\n.\r\n', 'CRLF.LF': '\r\n.\n', 'CR.CR': '\r.\r', 'CR.LF': '\r.\n', 'LF.CR': '\n.\r', 'CR.CRLF': '\r.\r\n',
        'CRLF.CR': '\r\n.\r'}
SECOND = 'MAIL FROM:<ceo@partner.example>\r\nRCPT TO:<p@example.org>\r\nDATA\r\nFrom: <ceo@partner.example>\r\nSubject: pay\r\n\r\nnow\r\n.\r\n'
BEGIN = NONE + ['C: MAIL FROM:<a@partner.example>', 'S: 250 ok', 'C: RCPT TO:<p@example.org>', 'S: 250 ok', 'C: DATA', 'S: 354 go on']
TOOK = ['S: 250 2.0.0 queued as 1', 'S: 250 ok', 'S: 250 ok', 'S: 354 go on', 'S: 250 2.0.0 queued as 2']
REFUSED = ['S: 250 2.0.0 queued as 1', 'S: 503 5.5.1 no pipelining', 'S: 503 5.5.1 MAIL first', 'S: 503 5.5.1 RCPT first', 'S: 500 what?', 'S: 500 what?',
           'S: 500 what?', 'S: 500 what?', 'S: 500 what?']
WHOLE = ['S: 250 2.0.0 queued as 1']


def smuggle(end, replies, at=None, second=SECOND):
    octets = ('From: <a@partner.example>\r\nSubject: hi\r\n\r\nhello' + end + second).encode()
    cut = [(CLIENT, octets)] if at is None else [(CLIENT, octets[:at]), (CLIENT, octets[at:])]
    return BEGIN + cut + replies + BYE + ['bye']


SMUGGLED = 'smtp_smuggling %s client '
# What was in the message counts as spoken once the server has read it so: nobody waited for replies, and header fields were commands.
READ = '?unasked_pipelining low client '
SPOKEN = [READ + HIM] + ['?%s %s client %s' % (*x, HIM) for x in (('protocol_errors', 'low'), ('non_smtp_protocol', 'medium'))]
for name, end in ENDS.items():
    scene(f'smuggling: {name}, taken', each((HIM, smuggle(end, TOOK))), SMUGGLED % 'critical' + HIM, READ + HIM)
    scene(f'smuggling: {name}, read and refused', each((HIM, smuggle(end, REFUSED))), SMUGGLED % 'critical' + HIM, *SPOKEN)
    scene(f'smuggling: {name}, refused', each((HIM, smuggle(end, ['S: 554 5.5.2 bare line feed']))), SMUGGLED % 'high' + HIM)
    scene(f'smuggling: {name}, not split', each((HIM, smuggle(end, WHOLE))), SMUGGLED % 'high' + HIM)


def everywhere(end, replies):
    """Cut at every octet from the text before the end to behind the first command."""
    begin = len('From: <a@partner.example>\r\nSubject: hi\r\n\r\nhell')
    return lambda c: [talk(c, at * 9, '198.51.%d.1' % at, smuggle(end, replies, begin + at)) for at in range(40)]


for name in ENDS:
    scene(f'smuggling: {name}, taken, cut everywhere', everywhere(ENDS[name], TOOK),
          *[x + '198.51.%d.1' % at for at in range(40) for x in (SMUGGLED % 'critical', READ)], torn=False)
    scene(f'smuggling: {name}, not split, cut everywhere', everywhere(ENDS[name], WHOLE),
          *[SMUGGLED % 'high' + '198.51.%d.1' % at for at in range(40)], torn=False)
for word in 'EHLO evil.example', 'RCPT TO:<x@example.org>', 'mail from:<x@example.org>', 'HELO evil.example':
    scene('smuggling: LF.LF and ' + word, each((HIM, smuggle('\n.\n', WHOLE, second=word + '\r\n.\r\n'))), SMUGGLED % 'high' + HIM)
scene('smuggling: over IPv6', each(('2001:db8:1::1', smuggle('\n.\n', WHOLE))), SMUGGLED % 'high' + '2001:db8:1::1')
scene('smuggling: near miss, no command', each((HIM, smuggle('\n.\n', WHOLE, second='good bye\r\n.\r\n'))))
scene('smuggling: near miss, far behind', each((HIM, smuggle('\n.\n', WHOLE, second='one\r\ntwo\r\nthree\r\n' + SECOND))))
scene('smuggling: look-alike, a dialogue is quoted', each((HIM, smuggle('\r\n..\r\n', WHOLE))))
scene('smuggling: look-alike, lines that end with LF', each((HIM, smuggle('\n', WHOLE))))
scene('smuggling: look-alike, base64', each((HIM, smuggle('\r\n\r\nTUFJTCBGUk9NOjx4PgpFSExPIHgK\r\n', WHOLE, second='.\r\n'))))
