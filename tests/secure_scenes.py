"""secure_scenes.py - the scenes of secure.py."""
from collections import namedtuple

from handshake import (CHANGE, HANDSHAKE, TLS13, alert, certificate, client_end, client_hello, record, server_end, server_flight)

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
