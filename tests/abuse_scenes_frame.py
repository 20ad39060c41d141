"""abuse_scenes_frame.py - scenes of abuse.py: what holds for all detectors.  When it is told and when it is over, what is lost, who is
at home, and lists of known evil."""
import os

from abuse_scenes_flow import bomb, bounces, deferred, direct, refused, shoes
from abuse_scenes_transport import HER, HIM, TOOK, USED, WITHOUT, each, smuggle
from abuse_scenes_volume import FIVE, burst, guises, travels
from abuse_talk import HOME, HOUR, Scenes, mail, visit

SCENES = Scenes()
scene = SCENES.scene


def lossy(play, nth=3, side=None):
    """The same, with every nth segment that carries something missing; or all of a side ('C' or 'S')."""
    def played(c):
        put, seen = c.packet, [0]

        def packet(when, src, dst, sport, dport, seq, ack, flags, data=b'', **more):
            server = sport in (25, 465, 587)
            seen[0] += bool(data)
            if side == ('S' if server else 'C') or (not side and data and seen[0] % nth == 0):
                return
            put(when, src, dst, sport, dport, seq, ack, flags, data, **more)
        c.packet = packet
        play(c)
    return played


# ---- when it is told ----
scene('told: once, and at doublings', bomb(230, 60, 590), 'mail_bomb high recipient victim@example.org counts=100,200')


def storm(c):
    bounces(60, 30)(c)
    visit(c, 3 * HOUR, '198.51.99.1', mail('a@partner.example', 'p@example.org'))


def storms(c):
    storm(c)
    for i in range(60):
        visit(c, 5 * HOUR + i * 9, '203.0.%d.7' % (i + 1), mail('', 'q%d@example.org' % i), helo='mx%d.example' % i)


scene('told: over, an hour later', storm, 'null_sender_flood medium server 192.0.2.25:25 told=1 over=1')
scene('told: again, when it begins again', storms, 'null_sender_flood medium server 192.0.2.25:25 told=2')
scene('told: outbound, at doublings', refused(420, 1000), 'outbound_failures medium client 192.0.2.30 counts=100,200,400',
      'outbound_failures medium domain example.org counts=100,200,400')

# ---- what is lost ----
scene('lost: no retry, every ninth segment', lossy(deferred(8), 9), silent=['no_retry'])
scene('lost: no retry, the server\'s side', lossy(deferred(8), side='S'), silent=['no_retry'])
scene('lost: no retry, the client\'s side', lossy(deferred(8), side='C'), silent=['no_retry'])
scene('lost: gone for one network, the server\'s side', lossy(each(*[(HIM, USED)] * 5, (HER, WITHOUT)), side='S'), silent=['starttls_stripped'])
scene('lost: a bomb, every thirteenth segment', lossy(bomb(250, 60, 500), 13), 'mail_bomb high recipient victim@example.org')
scene('lost: smuggling, the server\'s side', lossy(each((HIM, smuggle('\n.\n', TOOK))), side='S'),
      '?smtp_smuggling high client ' + HIM + ' confidence<=60')
scene('lost: smuggling, the client\'s side', lossy(each((HIM, smuggle('\n.\n', TOOK))), side='C'))
scene('lost: account, every seventh segment', lossy(burst(200, sender='win@lottery.example.com'), 7), '?account_fanout high user alice')


def honest(c):
    for i in range(120):
        k = i % 9
        visit(c, i * 90, '198.51.%d.1' % k, mail('a%d@d%d.example' % (i, k), 'p%d@example.org' % (i % 7)), helo='mx%d.example' % k)


for side in 'S', 'C':
    scene('lost: an honest day, side ' + side, lossy(honest, side=side))

# ---- who is at home ----
ALONE = ()
scene('home: none given, a bomb', bomb(150, 60, 500), 'mail_bomb high recipient victim@example.org', options=ALONE)
scene('home: none given, bounces', bounces(60, 30), 'null_sender_flood medium server 192.0.2.25:25', options=ALONE)
scene('home: none given, snow shoes', shoes(30, 10, 30, 20 * HOUR), 'snowshoe medium network 203.0.113.0/24', options=ALONE)
scene('home: none given, nobody tries again', deferred(8), 'no_retry low client 203.0.113.40', options=ALONE)
scene('home: none given, five servers', direct(5), options=ALONE)
scene('home: none given, an account', burst(150, bad=60), 'account_fanout high user alice', options=ALONE)
scene('home: none given, five networks', travels(FIVE, 700), 'account_many_nets medium user bob', options=ALONE)
scene('home: none given, six sender domains', guises(6, HOUR * 0.9), 'account_many_senders medium user bob', options=ALONE)
scene('home: private addresses are ours', direct(5, client='10.1.2.3'), 'rogue_mta medium client 10.1.2.3 confidence<=70', options=ALONE)

# ---- lists of known evil ----
NOTED = HOME + ('--intel', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'abuse_intel.txt'))


HONEST = mail('a@partner.example', 'p@example.org')
scene('intel: an address', lambda c: visit(c, 0, '198.51.100.66', HONEST), 'intel medium client 198.51.100.66 : a bot', options=NOTED)
scene('intel: a network', lambda c: visit(c, 0, '203.0.113.15', HONEST), 'intel medium client 203.0.113.15 : rented', options=NOTED)
scene('intel: near miss, the next one', lambda c: visit(c, 0, '203.0.113.16', HONEST), options=NOTED)
scene('intel: a network of IPv6', lambda c: visit(c, 0, '2001:db8:66:9::1', HONEST), 'intel medium client 2001:db8:66:9::1', options=NOTED)
scene('intel: a sender\'s domain', lambda c: visit(c, 0, HIM, mail('a@mail.evil.example', 'p@example.org')),
      'intel medium client ' + HIM + ' : phishing', options=NOTED)
scene('intel: near miss, a longer domain', lambda c: visit(c, 0, HIM, mail('a@notevil.example', 'p@example.org')), options=NOTED)
scene('intel: a name in HELO', lambda c: visit(c, 0, HIM, HONEST, helo='bad.partner.example'), 'intel medium client ' + HIM, options=NOTED)
LINKED = HONEST[:-2] + ['C: From: <a@partner.example>\r\n\r\nhttp://www.evil.example/login\r\n.', HONEST[-1]]
scene('intel: a link', lambda c: visit(c, 0, HIM, LINKED), 'intel medium client ' + HIM, options=NOTED)
