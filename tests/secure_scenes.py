"""secure_scenes.py - the scenes of secure.py."""
from collections import namedtuple

from handshake import (RSA_MD5, RSA_SHA1, TLS13, alert, certificate, client_end, client_hello, record, server_end, server_flight)

Session = namedtuple('Session', 'steps at client server port missing', defaults=(0, '198.51.100.1', '192.0.2.25', 25, None))
Scene = namedtuple('Scene', 'name sessions word told says facts', defaults=(None, (), (), ()))
SCENES = []


def scene(name, steps, word, told=(), says=(), facts=(), **session):
    """`steps`: of one connection, or a list of Sessions."""
    sessions = steps if isinstance(steps[0], Session) else [Session(steps, **session)]
    SCENES.append(Scene(name, sessions, word, told, says, facts))


def hello(*extensions, host='mx.example.net'):
    return [('S', f'220 {host} ESMTP'), ('C', 'EHLO mx.example.org'),
            ('S', '\r\n'.join(['250-' + host] + [f'250-{x}' for x in extensions] + ['250 HELP']))]


def mail(*, verdict='250 2.0.0 ok'):
    return [('C', 'MAIL FROM:<a@example.org>'), ('S', '250 ok'), ('C', 'RCPT TO:<b@example.net>'), ('S', '250 ok'), ('C', 'DATA'),
            ('S', '354 go'), ('C', 'Subject: x\r\n\r\nx\r\n.'), ('S', verdict)]


BYE = [('C', 'QUIT'), ('S', '221 bye'), 'C-FIN', 'S-FIN']
ASK = hello('SIZE', 'STARTTLS') + [('C', 'STARTTLS'), ('S', '220 2.0.0 ready')]
HELLO = client_hello()
CERTIFICATE = certificate()
C_GONE, S_GONE = ['C-FIN', 'S-FIN'], ['S-FIN', 'C-FIN']


def whole(version=0x0303, **terms):
    """A handshake that ends well, and a goodbye inside."""
    return [('C', HELLO), ('S', server_flight(version, **terms)), ('C', client_end(version)), ('S', server_end(version)),
            ('C', record(23, bytes(60))), ('S', record(23, bytes(60)))]


# ---- a handshake that ends well ----
scene('TLS 1.2', ASK + whole(certificate=CERTIFICATE) + C_GONE, 'established')
scene('TLS 1.3', ASK + whole(TLS13) + C_GONE, 'established')

# ---- an alert ends it ----
for code, advice in ((40, 'cipher'), (70, 'version'), (80, 'log'), (112, 'name'), (116, 'certificate')):
    scene(f'the server answers the hello with alert {code}', ASK + [('C', HELLO), ('S', alert(code))] + S_GONE, 'handshake_failed',
          ['tls_alert'], [f'server 192.0.2.25 ended the TLS handshake with alert {code}', advice],
          [('tls', 'alert.side', 'server'), ('tls', 'alert.code', code)])
for code, advice in ((48, 'trust'), (42, 'accept'), (46, 'accept'), (45, 'expired')):
    scene(f'the client answers the certificate with alert {code}',
          ASK + [('C', HELLO), ('S', server_flight(certificate=CERTIFICATE)), ('C', alert(code))] + C_GONE, 'handshake_failed',
          ['tls_alert'], [f'client 198.51.100.1 ended the TLS handshake with alert {code}', advice],
          [('tls', 'alert.side', 'client'), ('tls', 'alert.code', code)])
scene('the client sends an alert and no hello', ASK + [('C', alert(80))] + C_GONE, 'handshake_failed', ['tls_alert'],
      ['client 198.51.100.1'], [('tls', 'alert.code', 80)])
scene('two alerts in one record', ASK + [('C', HELLO), ('S', record(21, b'\1\x70\2\x28'))] + S_GONE, 'handshake_failed', ['tls_alert'],
      ['alert 40'])
scene('an alert in two records', ASK + [('C', HELLO), ('S', record(21, b'\2') + record(21, b'\x28'))] + S_GONE, 'handshake_failed',
      ['tls_alert'], ['alert 40'])
scene('near miss: a warning, and the handshake goes on',
      ASK + [('C', HELLO), ('S', alert(112, 1) + server_flight(certificate=CERTIFICATE)), ('C', client_end()), ('S', server_end())] + C_GONE,
      'established')
scene('look-alike: the alert of a closed connection', ASK + whole(certificate=CERTIFICATE) + [('C', alert(0, 1))] + C_GONE, 'established')
scene('look-alike: an alert from one side only', ASK + [('C', HELLO), ('S', alert(40))] + S_GONE, 'handshake_failed', missing='C')

# ---- it is broken off ----
scene('closed behind the certificate', ASK + [('C', HELLO), ('S', server_flight(certificate=CERTIFICATE))] + C_GONE, 'handshake_failed',
      ['tls_closed'], ['after the server\'s hello'])
scene('reset behind the certificate', ASK + [('C', HELLO), ('S', server_flight(certificate=CERTIFICATE)), 'C-RST'], 'handshake_failed',
      ['tls_closed'])
scene('the server closes behind the hello', ASK + [('C', HELLO)] + S_GONE, 'handshake_failed', ['tls_closed'],
      ['before the server\'s hello'])
scene('near miss: the capture ends', ASK + [('C', HELLO), ('S', server_flight(certificate=CERTIFICATE))], None)
scene('accepted, and the client leaves', ASK + C_GONE, 'accepted_no_handshake')

# ---- octets are missing ----
LOST = [('C', HELLO), ('S', server_flight(certificate=CERTIFICATE)), ('C', client_end()), ('S', server_end()),
        ('C', record(23, bytes(60))), ('S', record(23, bytes(60)))]
scene('the hello is lost', ASK + [('c', HELLO)] + LOST[1:] + C_GONE, 'established')
scene('the hello is lost, and the rest fails', ASK + [('c', HELLO), ('S', alert(40))] + S_GONE, 'handshake_failed', ['tls_alert'])
scene('part of the hello is lost', ASK + [('C', HELLO[:50]), ('c', HELLO[50:80]), ('C', HELLO[80:])] + LOST[1:] + C_GONE, 'established')
scene('the beginning of the hello is lost', ASK + [('c', HELLO[:50]), ('C', HELLO[50:])] + LOST[1:] + C_GONE, 'established')
scene('the beginning of the hello is lost, and it is closed',
      ASK + [('c', HELLO[:50]), ('C', HELLO[50:]), ('S', server_flight(certificate=CERTIFICATE))] + C_GONE, None)
scene('the hello is lost, and it is closed', ASK + [('c', HELLO)] + C_GONE, None)
scene('the beginning of the hello is lost, and nothing comes', ASK + [('c', HELLO[:50]), ('C', HELLO[50:])] + C_GONE, None)
scene('both hellos are lost', ASK + [('c', HELLO), ('s', LOST[1][1])] + LOST[2:] + C_GONE, 'established')
scene('both hellos are lost, and it is closed', ASK + [('c', HELLO), ('s', LOST[1][1])] + C_GONE, None)
scene('the server\'s hello is lost', ASK + [('C', HELLO), ('s', LOST[1][1])] + LOST[2:] + C_GONE, 'established')
scene('the server\'s hello is lost, and it is closed', ASK + [('C', HELLO), ('s', LOST[1][1])] + C_GONE, None)
scene('the beginning of the server\'s hello is lost',
      ASK + [('C', HELLO), ('s', LOST[1][1][:90]), ('S', LOST[1][1][90:])] + LOST[2:] + C_GONE, None)
scene('the hello is lost, and clear text goes on', ASK + [('c', 'NOOP'), ('S', '250 ok')] + mail() + BYE, 'accepted_no_handshake')
scene('one direction: the client alone', ASK + LOST + C_GONE, None, missing='S')
scene('one direction: the server alone', ASK + LOST + C_GONE, None, missing='C')

# ---- octets glued to the switch ----
GLUED = ASK[:-2] + [('C', 'STARTTLS')]
READY = ('S', '220 2.0.0 ready')
scene('a command behind STARTTLS', GLUED + [('C', 'MAIL FROM:<evil@example.org>'), READY] + whole(certificate=CERTIFICATE) + C_GONE,
      'established', ['starttls_injection'], ['30 octets', 'MAIL'])
scene('a login behind STARTTLS', GLUED + [('C', 'AUTH PLAIN AGV2aWwAc2VjcmV0'), READY] + whole(certificate=CERTIFICATE) + C_GONE,
      'established', ['starttls_injection'], ['29 octets', 'AUTH'])
scene('half a command behind STARTTLS', GLUED + [('C', b'MAIL FRO'), READY] + whole(certificate=CERTIFICATE) + C_GONE,
      'established', ['starttls_injection'], ['8 octets', 'MAIL'])
scene('octets behind STARTTLS that are no text', GLUED + [('C', b'\x00\x01\xff\xfe'), READY] + whole(certificate=CERTIFICATE) + C_GONE,
      'established', ['starttls_injection'], ['4 octets'])
scene('look-alike: an empty line behind STARTTLS', GLUED + [('C', ''), READY] + whole(certificate=CERTIFICATE) + C_GONE, 'established',
      ['starttls_injection'], ['empty line'])
scene('look-alike: the hello does not wait', GLUED + [('C', HELLO), READY] + whole(certificate=CERTIFICATE)[1:] + C_GONE, 'established')
scene('near miss: the command is sent, and STARTTLS refused', GLUED + [('C', 'RSET'), ('S', '454 4.7.0 no'), ('S', '250 ok')] + BYE,
      'refused', ['starttls_refused'])
scene('a reply behind the 220', ASK + [('S', '250 injected')] + whole(certificate=CERTIFICATE) + C_GONE, 'established',
      ['starttls_injection'], ['14 octets', '250 injected'])
scene('no reply behind the 220', ASK + [('S', b'injected')] + whole(certificate=CERTIFICATE) + C_GONE, 'established',
      ['starttls_injection'], ['8 octets', 'injected'])
scene('clear text goes on', ASK + mail() + BYE, 'accepted_no_handshake', ['no_tls'])

# ---- implicit TLS and STARTTLS mixed up ----
for port in 25, 587:
    scene(f'TLS on port {port}, a greeting', [('C', HELLO), ('S', '220 mx.example.net ESMTP')] + C_GONE, 'implicit', ['wrong_tls_mode'],
          [f'began with TLS on port {port}'], port=port)
    scene(f'TLS on port {port}, the greeting first', [('S', '220 mx.example.net ESMTP'), ('C', HELLO)] + C_GONE, 'implicit',
          ['wrong_tls_mode'], port=port)
    scene(f'TLS on port {port}, an error', [('S', '220 mx.example.net ESMTP'), ('C', HELLO), ('S', '500 5.5.2 what?')] + S_GONE,
          'implicit', ['wrong_tls_mode'], port=port)
    scene(f'TLS on port {port}, the server closes', [('C', HELLO)] + S_GONE, 'implicit', ['wrong_tls_mode'], port=port)
    scene(f'TLS on port {port}, the server resets', [('C', HELLO), 'S-RST'], 'implicit', ['wrong_tls_mode'], port=port)
    scene(f'TLS on port {port}, the client gives up', [('C', HELLO), 12] + C_GONE, 'implicit', ['wrong_tls_mode'], port=port)
    scene(f'near miss: TLS on port {port}, and the server answers', whole(certificate=CERTIFICATE) + C_GONE, 'implicit', port=port)
    scene(f'near miss: TLS on port {port}, and an alert', [('C', HELLO), ('S', alert(40))] + S_GONE, 'implicit', ['tls_alert'], port=port)
scene('port 465: EHLO in clear, a reply in clear', hello('SIZE') + BYE, 'not_offered', ['wrong_tls_mode'], ['in clear on port 465'], port=465)
scene('port 465: EHLO in clear, an alert', [('C', 'EHLO mx.example.org'), ('S', alert(10))] + S_GONE, None, ['wrong_tls_mode'],
      ['client', 'in clear on port 465'], port=465)
scene('port 465: EHLO in clear, the server closes', [('C', 'EHLO mx.example.org')] + S_GONE, None, ['wrong_tls_mode'],
      ['in clear on port 465'], port=465)
scene('port 465: EHLO in clear, the client gives up', [('C', 'EHLO mx.example.org'), 20] + C_GONE, None, ['wrong_tls_mode'], port=465)
scene('port 465: a client that waits for a greeting', [12] + C_GONE, 'no session', ['wrong_tls_mode'], ['waited 12 seconds'], port=465)
scene('near miss: port 465, a client that waits 9 seconds', [9] + C_GONE, 'no session', port=465)
scene('port 465: a greeting of TLS\'s alert to a client that waits', [60, ('S', alert(80))] + S_GONE, None, ['wrong_tls_mode'], port=465)
scene('look-alike: port 465, TLS', whole(certificate=CERTIFICATE) + C_GONE, 'implicit', port=465)
scene('look-alike: port 465, an alert', [('C', HELLO), ('S', alert(40))] + S_GONE, 'implicit', ['tls_alert'], port=465)

# ---- what is weak ----
CLEAR = hello('SIZE') + mail() + BYE
OLD, RSA_ONLY, BROKEN = 0x0301, (0x009C, 0x009D, 0x002F, 0x0035, 0x00FF), (0xC011, 0xC012, 0x0005, 0x000A)


def agreed(version=0x0303, **terms):
    """STARTTLS, and a handshake with these terms; `offer`: of the client."""
    offer = terms.pop('offer', HELLO)
    return ASK + [('C', offer), ('S', server_flight(version, **terms)), ('C', client_end(version)), ('S', server_end(version))] + C_GONE


for version, name in ((0x0300, 'SSLv3'), (0x0301, 'TLSv1.0'), (0x0302, 'TLSv1.1')):
    scene(f'old: {name}', agreed(version, certificate=CERTIFICATE), 'established', ['tls_weak'], [f'agreed on {name}'])
for cipher, name in ((0xC011, 'RC4'), (0xC012, '3DES')):
    scene(f'weak: {name}', agreed(cipher=cipher, certificate=CERTIFICATE), 'established', ['tls_weak'], [f'agreed on {name}'])
scene('old: the client has TLS 1.1 at most', agreed(0x0302, certificate=CERTIFICATE, offer=client_hello(versions=(0x0302,))), 'established',
      ['tls_weak'], ['offered no TLS above 1.1'])
scene('old: the client has TLS 1.0 at most, and is refused', ASK + [('C', client_hello(versions=(0x0301,))), ('S', alert(70))] + S_GONE,
      'handshake_failed', ['tls_alert', 'tls_weak'], ['offered no TLS above 1.1', 'alert 70'])
scene('weak: the client has RSA key exchange alone',
      agreed(cipher=0x009C, rsa=True, certificate=CERTIFICATE, offer=client_hello(ciphers=RSA_ONLY, versions=(0x0303,))), 'established',
      ['tls_weak'], ['no key exchange but RSA'])
scene('weak: the client has RC4 and 3DES alone',
      agreed(cipher=0xC011, certificate=CERTIFICATE, offer=client_hello(ciphers=BROKEN, versions=(0x0303,))), 'established', ['tls_weak'],
      ['no cipher but RC4'])
scene('near miss: RSA, and one suite that is fresh',
      agreed(cipher=0xC02F, certificate=CERTIFICATE, offer=client_hello(ciphers=RSA_ONLY + (0xC02F,), versions=(0x0303,))), 'established')
scene('near miss: RSA, and one suite that nobody knows',
      agreed(cipher=0x009C, rsa=True, certificate=CERTIFICATE, offer=client_hello(ciphers=RSA_ONLY + (0xEEEE,), versions=(0x0303,))),
      'established')
scene('look-alike: values that stand for nothing', agreed(certificate=CERTIFICATE, offer=client_hello(ciphers=(0x0A0A, 0xC02F, 0x00FF))),
      'established')


# ---- certificates, at 2026-01-31T12:00:00 ----
def shown(name, word, told, says=(), port=25, **terms):
    steps = agreed(certificate=certificate(**terms)) if port != 465 else whole(certificate=certificate(**terms)) + C_GONE
    scene('certificate: ' + name, steps, word, told, says, port=port)


shown('expired', 'established', ['tls_weak'], ['expired, 3 days ago'], end='20260128110000Z')
shown('not valid yet', 'established', ['cert_problem'], ['not valid before 2026-02-01'], begin='20260201000000Z')
shown('13 days left', 'established', ['cert_problem'], ['expires in 13 days, on 2026-02-13'], end='20260213130000Z')
shown('near miss: 15 days left', 'established', [], end='20260215130000Z')
shown('of another name', 'established', ['tls_weak'], ['other names than the one that the client asked for, mx.example.net'],
      names=('www.example.net', 'example.net'))
shown('near miss: a star', 'established', [], names=('*.example.net',))
shown('look-alike: a star for another domain', 'established', ['tls_weak'], names=('*.mx.example.net', '*.example.org'))
shown('look-alike: in capital letters', 'established', [], names=('MX.EXAMPLE.NET',))
shown('look-alike: signed by itself, between servers', 'established', [], issuer=None)
shown('signed by itself, for mail programs', 'established', ['cert_problem'], ['signed by itself'], issuer=None, port=587)
shown('signed by itself, on port 465', 'implicit', ['cert_problem'], ['signed by itself'], issuer=None, port=465)
shown('a short key', 'established', ['tls_weak'], ['an RSA key of 1024 bits'], bits=1024)
shown('signed with SHA-1', 'established', ['tls_weak'], ['signed with SHA-1'], signed=RSA_SHA1)
shown('signed with MD5', 'established', ['tls_weak'], ['signed with MD5'], signed=RSA_MD5)
scene('certificate: near miss, no name was asked for',
      agreed(certificate=certificate(names=('www.example.net',)), offer=client_hello(name=None)), 'established')
scene('certificate: told once a day', [Session(agreed(certificate=certificate(end='20260205000000Z')), at) for at in (0, 60, 120)],
      'established', ['cert_problem'])


# ---- refused, stripped, given up ----
def times(n, steps, at=0, step=60, **session):
    return [Session(steps, at + i * step, **session) for i in range(n)]


USED, UNUSED = ASK + whole(certificate=CERTIFICATE) + C_GONE, hello('SIZE', 'STARTTLS') + BYE
NOTHING, OTHER = hello('SIZE') + BYE, '203.0.113.7'
REFUSED = hello('SIZE', 'STARTTLS') + [('C', 'STARTTLS'), ('S', '454 4.7.0 TLS not available')]
scene('refused for now', REFUSED + BYE, 'refused', ['starttls_refused'], ['answered it with 454'])
scene('refused for good', ASK[:-1] + [('S', '554 5.7.3 no')] + BYE, 'refused', ['starttls_stripped'], ['with 554'])
scene('near miss: refused, never offered', hello('SIZE') + [('C', 'STARTTLS'), ('S', '502 5.5.1 no')] + BYE, 'refused')
scene('refused, and mail in clear', REFUSED + mail() + BYE, 'refused', ['starttls_refused', 'tls_fallback'], ['in this connection'])
scene('masked: XXXXXXXA', hello('SIZE', 'XXXXXXXA') + BYE, 'stripped', ['starttls_stripped'], ['STARTTLS was masked'])
scene('masked: XXXXXXXX', hello('SIZE', 'XXXXXXXX') + BYE, 'stripped', ['starttls_stripped'])
scene('masked: another word', hello('SIZE', 'STARTTLS', 'XXXXXB') + BYE, 'offered_unused', ['starttls_stripped'], ['words were masked'])
scene('look-alike: a word with X', hello('SIZE', 'STARTTLS', 'XFORWARD', 'XEXCH50', 'XXX') + BYE, 'offered_unused')
scene('masked: the greeting', [('S', '220 ****************************200****0')] + hello('SIZE')[1:] + BYE, 'not_offered',
      ['cisco_smtp_fixup'])
scene('masked: a command', hello('SIZE') + [('C', 'XXXXXXXX'), ('S', '500 5.5.1 what?')] + BYE, 'stripped',
      ['cisco_smtp_fixup', 'starttls_stripped'])
scene('near miss: seven stars', [('S', '220 *******')] + hello('SIZE')[1:] + BYE, 'not_offered')
scene('offered before, and gone for one', times(5, UNUSED) + [Session(NOTHING, 900, OTHER)], 'not_offered', ['starttls_stripped'],
      ['offered STARTTLS in 5 sessions'])
scene('near miss: offered four times', times(4, UNUSED) + [Session(NOTHING, 900, OTHER)], 'not_offered')
scene('gone for the same client', times(1, UNUSED) + times(1, NOTHING, 300), 'stripped')
scene('near miss: gone the day after', times(1, UNUSED) + times(1, NOTHING, 90000), 'not_offered')
scene('look-alike: another host answers', times(5, UNUSED) + times(1, hello('SIZE', host='mail2.example.net') + BYE, 900), 'not_offered')
scene('look-alike: HELO gets no list', times(5, UNUSED) + times(1, UNUSED[:1] + [('C', 'HELO mx.example.org'), ('S', '250 hello')] + BYE, 900),
      'not_offered')
LOGIN = [('C', 'AUTH CRAM-MD5'), ('S', '334 PDE+'), ('C', 'dSBh'), ('S', '235 ok')]
scene('look-alike: offered behind a login only',
      times(6, hello('SIZE', 'AUTH CRAM-MD5') + LOGIN + hello('SIZE', 'STARTTLS')[1:] + BYE) + times(1, hello('SIZE', 'AUTH CRAM-MD5') + BYE, 900),
      'not_offered', ['auth_in_clear'])
scene('look-alike: not offered again behind a login', hello('STARTTLS', 'AUTH CRAM-MD5') + LOGIN + hello('SIZE')[1:] + BYE, 'offered_unused',
      ['auth_in_clear'])
scene('look-alike: the list is lost', times(5, UNUSED) + times(1, NOTHING[:2] + [('s', NOTHING[2][1])] + BYE, 900), None)
FAILED = ASK + [('C', HELLO), ('S', alert(40))] + S_GONE
PLAIN = hello('SIZE', 'STARTTLS') + mail() + BYE
scene('in clear, five minutes after TLS failed', times(1, FAILED) + times(1, PLAIN, 301), 'offered_unused', ['tls_alert', 'tls_fallback'],
      ['5 minutes before'])
scene('near miss: in clear, eleven minutes after', times(1, FAILED) + times(1, PLAIN, 660), 'offered_unused', ['tls_alert', 'no_tls'])
scene('look-alike: another client in clear', times(1, FAILED) + times(1, PLAIN, 300, client=OTHER), 'offered_unused', ['tls_alert', 'no_tls'])
scene('look-alike: TLS again', times(1, FAILED) + times(1, USED, 300), 'established', ['tls_alert'])
scene('it fails three times', times(3, FAILED), 'handshake_failed', ['tls_alert', 'tls_failed'], ['handshake_failure'])
scene('accepted three times, and no handshake', times(3, ASK + C_GONE), 'accepted_no_handshake', ['tls_failed'])
scene('in clear, though used before', times(1, USED) + times(1, PLAIN, 60), 'offered_unused', ['no_tls', 'starttls_unused'])
scene('in clear, though offered', PLAIN, 'offered_unused', ['no_tls'], ['which offers STARTTLS'])
scene('in clear, not offered', CLEAR, 'not_offered', ['no_tls'], ['does not offer STARTTLS'])
scene('near miss: in clear, and nothing was taken', hello('SIZE') + mail(verdict='550 5.7.1 no') + BYE, 'not_offered')
scene('a password in clear', hello('AUTH PLAIN') + [('C', 'AUTH PLAIN AGV2aWwAc2VjcmV0'), ('S', '235 ok')] + BYE, 'not_offered',
      ['auth_in_clear'])
